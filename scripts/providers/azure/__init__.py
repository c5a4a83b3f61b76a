# SPDX-License-Identifier: MIT

#: Prefixes of this provider's own environment variables.
#: The last three are how a managed identity, and a workflow of GitHub, are given a token.
ENVIRONMENT = ("AZURE_", "ARM_", "MSI_", "IDENTITY_", "ACTIONS_ID_TOKEN_")
