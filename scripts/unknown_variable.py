# SPDX-License-Identifier: MIT
"""Run by make alone: what it says of a variable that was typed and does not exist. Words: NAME KNOWN..."""

import sys

from cloudlib.catalog.alike import alike

name, *known = sys.argv[1:]
near = alike(name, known)
meant = f": did you mean {near[0]}=?" if near else "; what is for another program goes before `make`"
print(f"there is no variable {ascii(name)[1:-1]}{meant}")
