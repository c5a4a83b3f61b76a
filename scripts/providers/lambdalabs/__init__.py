# SPDX-License-Identifier: MIT

#: How the names of the environment variables begin that are this provider's own.
ENVIRONMENT = ("LAMBDA_", "LAMBDALABS_")
