# SPDX-License-Identifier: MIT
"""What make says of a variable that was typed and that does not exist: unknown_variable.py NAME KNOWN..."""

import difflib
import sys

if __name__ == "__main__":
    name, *known = sys.argv[1:]
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.7)
    meant = f": did you mean {near[0]}=?" if near else "; what is for another program goes before `make`"
    print(f"there is no variable {ascii(name)[1:-1]}{meant}")
