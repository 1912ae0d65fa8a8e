"""A plain Python decoder of the same packets: what a script does that reads HJ 212 with the standard library.

usage: decoder.py STREAM [ROUNDS]
Work for one packet: frame, length, CRC (table), header fields, every item, every number as a scaled integer.
Prints the best round in processor time, so that other programs on the machine disturb it less.
"""

import sys
import time


def table_entry(value):
    for _ in range(8):
        value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


TABLE = [table_entry(value) for value in range(256)]
NUMERIC = {"Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax"}


def crc(segment):
    register = 0xFFFF
    for byte in segment:
        register = TABLE[register >> 8 ^ byte]
    return register


def scaled(text):
    whole, _, decimals = text.partition(".")
    return int(whole + decimals), len(decimals)


def decode(stream, at):
    """The packet at `at` and where the next one begins."""
    if stream[at:at + 2] != b"##":
        raise ValueError("no header")
    length = int(stream[at + 2:at + 6])
    end = at + 6 + length
    segment = stream[at + 6:end]
    if crc(segment) != int(stream[end:end + 4], 16) or stream[end + 4:end + 6] != b"\r\n":
        raise ValueError("damaged")
    head, _, area = segment.decode().partition("CP=&&")
    fields = dict(item.split("=", 1) for item in head.split(";") if item)
    items = []
    for group in area[:-2].split(";"):
        for item in group.split(","):
            key, _, value = item.partition("=")
            code, _, attribute = key.partition("-")
            items.append((code, attribute, scaled(value) if attribute in NUMERIC else value))
    return fields, items, end + 6


def main():
    with open(sys.argv[1], "rb") as file:
        stream = file.read()
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    best, packets, total = float("inf"), 0, 0
    for _ in range(rounds):
        start = time.process_time()
        at, packets, total = 0, 0, 0
        while at < len(stream):
            _, items, at = decode(stream, at)
            packets += 1
            total += sum(value[0] for _, _, value in items if isinstance(value, tuple))
        best = min(best, time.process_time() - start)
    name = f"python {sys.version.split()[0]}: the same work"
    print(f"{name:<44} {packets / best:>9.0f} packets/s {len(stream) / best / 1e6:>8.1f} MB/s  sum {total}")


main()
