"""Google Analytics 4: an event of the Measurement Protocol, and a row of the BigQuery export, read by one mapping."""
