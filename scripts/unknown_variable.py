# SPDX-License-Identifier: MIT
"""What make says of a variable that was typed and that does not exist: unknown_variable.py NAME KNOWN..."""

import sys

from cloudlib.catalog.alike import alike

if __name__ == "__main__":
    name, *known = sys.argv[1:]
    near = alike(name, known)
    meant = f": did you mean {near[0]}=?" if near else "; what is for another program goes before `make`"
    print(f"there is no variable {ascii(name)[1:-1]}{meant}")
