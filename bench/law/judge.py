"""Holds the answers against one another and the times against the goal; ends with an error if one is missed.

Both sides use all cores. Judged is CPU time, which other programs on the machine change least; the wall is shown beside it.

usage: judge.py ANSWERS.txt
"""
import re
import sys

GOAL = 1.5
found = re.findall(r"^(lake|duckdb) (\w+): cpu ([\d.]+) s, wall ([\d.]+) s \| (.*)$", open(sys.argv[1]).read(), re.M)
missed = []
for name in dict.fromkeys(n for _, n, *_ in found):
    side = {who: (float(cpu), float(wall), answer) for who, n, cpu, wall, answer in found if n == name}
    (ours, our_wall, our_answer), (theirs, their_wall, their_answer) = side["lake"], side["duckdb"]
    if our_answer != their_answer:
        # A faster answer that is another answer is none.
        print(f"MISSED {name}: the answers differ")
        missed.append(name)
    met = ours <= GOAL * theirs
    print(f"{'met   ' if met else 'MISSED'} {name}: {ours / theirs:.2f} of DuckDB's CPU time, goal at most {GOAL} (wall {our_wall / their_wall:.2f})")
    if not met:
        missed.append(name)
sys.exit(1 if missed else 0)
