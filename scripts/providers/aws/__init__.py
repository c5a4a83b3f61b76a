# SPDX-License-Identifier: MIT

#: Prefixes of this provider's own environment variables.
ENVIRONMENT = ("AWS_",)
