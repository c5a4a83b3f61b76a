# SPDX-License-Identifier: MIT

#: How the names of the environment variables begin that are this provider's own.
#: The last three are how a managed identity, and a workflow of GitHub, are given a token.
ENVIRONMENT = ("AZURE_", "ARM_", "MSI_", "IDENTITY_", "ACTIONS_ID_TOKEN_")
