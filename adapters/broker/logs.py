"""Where the libraries of the brokers report: warnings and errors only, one logger for all of them."""

import logging

broker_log = logging.getLogger("haberdasher.broker")
broker_log.setLevel(logging.WARNING)
