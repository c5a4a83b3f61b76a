# SPDX-License-Identifier: MIT
"""What the error messages of `aws` mean."""

from __future__ import annotations

from cloudlib.calls.classify import Meaning, certificates_and_proxies, unreachable
from cloudlib.calls.left_out import SEE_CALLS
from cloudlib.errors import (
    AccessDenied,
    BadReply,
    NoCredentials,
    NotSetUp,
    RegionUnavailable,
    ServiceFailed,
    Throttled,
    TimedOut,
)

SETUP_HINT = (
    "run `aws configure` or `aws sso login`, or set AWS_PROFILE; `aws sts get-caller-identity` must answer"
)
INSTALL_HINT = (
    "install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html\n"
    f"then {SETUP_HINT}"
)

#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
MEANINGS = (
    *certificates_and_proxies("AWS_CA_BUNDLE=/path/to/its/ca.pem"),
    Meaning(
        # The codes are botocore's: https://github.com/boto/botocore/blob/develop/botocore/retries/standard.py
        r"\((?:(?:EC2|Request)?Throttl\w+|TooManyRequests\w*|(?:RequestLimit|BandwidthLimit|Limit|"
        r"ProvisionedThroughput)Exceeded\w*|SlowDown|429)\)|Rate exceeded",
        Throttled,
        hint="wait a few minutes and run the command again; AWS_MAX_ATTEMPTS raises the number of tries",
    ),
    # Before the logins: the text names the user or role, which may be called "sso-admin".
    Meaning(
        r"\((?:UnauthorizedOperation|AccessDenied\w*|UnauthorizedAccess|403)\)(?! when calling the "
        r"(?:AssumeRole|Get(?:Session|Federation)Token|GetRoleCredentials|Create\w*Token|RegisterClient|"
        r"StartDevice))",
        AccessDenied,
        hint="docs/administrators.md lists the IAM policy that the query needs",
    ),
    # The command may end with the hint to run `aws login`, whichever way to log in is in use.
    Meaning(
        r"(?i:unable to (?:locate|load) (?:credentials|authorization token)|no credentials found|"
        r"partial credentials)",
        NoCredentials,
        "no valid AWS credentials",
        SETUP_HINT,
    ),
    Meaning(
        r"custom-process|(?i:credential.?process)|Error when retrieving credentials from (?!sso|login)|"
        r"refreshed credentials are still expired|\AExpecting value: line",
        NoCredentials,
        "no valid AWS credentials: the command or service that should supply them failed",
        "`aws configure list` names the source; `aws sts get-caller-identity` must answer",
    ),
    Meaning(
        r"Enter MFA code for [^\n]*\Z|MFA token required",
        NoCredentials,
        "aws needs the code of a second factor, and could not ask for it",
        "run `aws sts get-caller-identity` in this terminal first: aws keeps a role's credentials for a time",
    ),
    Meaning(
        r"Connect timeout|Read timeout|timed out",
        TimedOut,
        hint="CLOUD_CALL_TIMEOUT=SECONDS allows more time; check the network",
    ),
    Meaning(
        r"Signature (?:expired|not yet current)|\((?:RequestExpired|RequestTimeTooSkewed)\)",
        NoCredentials,
        "no valid AWS credentials, or the clock of this machine is wrong",
        f"check this machine's clock with `date -u`\n{SETUP_HINT}",
    ),
    Meaning(
        r"\((?:AuthFailure|OptInRequired|RegionDisabled\w*)\)",
        RegionUnavailable,
        hint="enable the region in the account settings, or leave it: the others are not affected",
    ),
    Meaning(
        r"Missing Dependency|requires an additional dependency",
        NotSetUp,
        "this aws lacks a part that its configured login needs",
        INSTALL_HINT,
    ),
    # `aws login` and its refresh tokens: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html
    Meaning(
        r"aws login|(?i:login session)|CreateOAuth2Token|refresh token|INVALID_REQUEST|[Rr]eauthenticate|"
        r"session has expired",
        NoCredentials,
        "the login of aws is no longer valid",
        f"run `aws login` again, with --profile NAME where AWS_PROFILE is set\n{SETUP_HINT}",
    ),
    Meaning(
        r"config profile \(.{0,200}\) could not be found|source[_ ]profile|Unable to parse config file|"
        r"credential configuration|credential[_ ]source|required (?:SSO )?configuration",
        NoCredentials,
        "no valid AWS credentials: its configuration names none",
        f"check AWS_PROFILE and ~/.aws/config; `aws configure list-profiles` lists profiles\n{SETUP_HINT}",
    ),
    Meaning(
        r"\b(?i:sso)\b|sso-session|Token has expired|\((?:UnauthorizedException|InvalidGrantException)\)|"
        r"when calling the (?:CreateToken|RegisterClient|StartDeviceAuthorization) operation",
        NoCredentials,
        "the single sign-on session of aws is not valid",
        f"run `aws sso login` again, with --profile NAME where AWS_PROFILE is set\n{SETUP_HINT}",
    ),
    # Roles, federation and processes: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    Meaning(
        r"when calling the (?:AssumeRole\w*|GetSessionToken|GetFederationToken|GetRoleCredentials) operation|"
        r"\((?:InvalidIdentityToken|IDP\w+)\)|[Ww]eb.?[Ii]dentity|serviceaccount/token",
        NoCredentials,
        "no valid AWS credentials: the role is not given to it",
        "`aws sts get-caller-identity` must answer: check the role, its trust policy, and the token file or\n"
        "the profile that the role is assumed with",
    ),
    Meaning(
        r"\((?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|NotSignedUp|"
        r"SubscriptionRequired\w*|ExpiredToken\w*|(?:Invalid|Incomplete)Signature\w*|SignatureDoesNotMatch|"
        r"InvalidToken|MissingAuthenticationToken\w*)\)",
        NoCredentials,
        "no valid AWS credentials",
        SETUP_HINT,
    ),
    Meaning(
        r"\(Blocked\)",
        AccessDenied,
        "AWS has blocked this account",
        "its owner has to ask AWS: https://console.aws.amazon.com/support/home",
    ),
    Meaning(
        r"\(PendingVerification\)",
        RegionUnavailable,
        hint="AWS is still verifying the account for this region, which takes up to some hours",
    ),
    Meaning(
        r"\((?:Internal(?:Error|Failure|Server|Service)\w*|(?:Service)?Unavailable\w*|50[0234])\)",
        ServiceFailed,
        hint="run the command again later; https://health.aws.amazon.com/health/status lists outages",
    ),
    Meaning(
        r"Unable to parse response|no element found|Connection was closed|IncompleteRead|"
        r"total bytes expected|Error during pagination",
        BadReply,
        hint=SEE_CALLS,
    ),
    Meaning(
        r"must specify a region|region_name '.{0,60}' doesn't match|Invalid (?:endpoint|region)|"
        r"construct an endpoint|not available in region|Unknown region",
        NotSetUp,
        "no usable region for AWS",
        "set AWS_REGION=us-east-1, or another region; `aws configure get region` prints the configured one",
    ),
    Meaning(
        r"Invalid value provided to|invalid literal for|Unsupported configuration value|"
        r"Invalid configuration value|invalid defaults mode|STS regional endpoints option",
        NotSetUp,
        "a setting of aws is not valid",
        "check ~/.aws/config and the variables that begin with AWS_",
    ),
    Meaning(
        r"\[Errno (?:2|13)\] .+: '",
        NoCredentials,
        "aws cannot use a file or a command that its configuration names",
        "check credential_process, web_identity_token_file and ca_bundle in ~/.aws/config,\n"
        "and AWS_WEB_IDENTITY_TOKEN_FILE and AWS_CA_BUNDLE; `aws sts get-caller-identity` must answer",
    ),
    unreachable("check the network, HTTPS_PROXY, AWS_ENDPOINT_URL and the name of the region"),
)
