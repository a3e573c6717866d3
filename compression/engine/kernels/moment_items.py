"""What layouts of dates and times are made of: numbers that `transforms.moments` gives to the kernels of `moments`.

A compiled kernel keeps what they were; they are never stored, and there is no reason to change one. A new one comes
with a change of `moments`, which is compiled again then.
"""

LITERAL, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION, MONTH_NAME, WEEKDAY, SHORT_YEAR = range(11)
"""Arguments: the byte of a literal; for others how a number is written: PADDED with zeros to its width, SPACED with a
space, or PLAIN; for a FRACTION its digits. Names are of three letters."""
PADDED, PLAIN, SPACED = range(3)
