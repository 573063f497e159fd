"""Sans-IO codecs: octets in, values out, and back; nothing here opens, waits or asks the time."""
