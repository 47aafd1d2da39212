"""Whether what was served is what the declarations say: logged features and streaming states against batch engines."""
