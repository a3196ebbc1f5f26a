"""Counts as a Python programmer would: `python3 count.py FILE`."""
import sys

lines = words = chars = 0
with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
    for line in file:
        lines += 1
        words += len(line.split())
        chars += len(line)
print(lines, words, chars)
