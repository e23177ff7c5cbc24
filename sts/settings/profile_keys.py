"""Keys of profiles that are used by AWS tools."""

from __future__ import annotations

STS_KEYS = frozenset(
    """
    auth_scheme_preference aws_access_key_id aws_account_id aws_secret_access_key aws_security_token aws_session_token
    ca_bundle credential_process credential_source defaults_mode disable_clock_skew_correction duration_seconds
    ec2_metadata_service_endpoint ec2_metadata_service_endpoint_mode ec2_metadata_v1_disabled endpoint_url external_id
    ignore_configured_endpoint_urls login_session max_attempts metadata_service_num_attempts metadata_service_timeout
    mfa_process mfa_serial region retry_mode role_arn role_session_name sdk-ua-app-id sdk_ua_app_id services
    sigv4a_signing_region_set source_identity source_profile sso_account_id sso_region sso_registration_scopes
    sso_role_name sso_session sso_start_url sts_regional_endpoints tags transitive_tag_keys use_dualstack_endpoint
    use_fips_endpoint web_identity_token_file
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""Keys with an effect in this library."""

PROFILE_KEYS = STS_KEYS | frozenset(
    """
    account_id_endpoint_mode addressing_style api_versions cli_auto_prompt cli_binary_format cli_follow_urlparam cli_history
    cli_pager cli_timestamp_format csm_client_id csm_enabled csm_host csm_port disable_host_prefix_injection
    disable_request_compression endpoint_discovery_enabled include_profile output parameter_validation
    parent_profile region_set request_checksum_calculation request_min_compression_size_bytes response_checksum_validation s3
    s3_disable_express_session_auth s3_disable_multiregion_access_points s3_us_east_1_regional_endpoint s3_use_arn_region s3api
    sso_account_name sso_auto_populated tcp_keepalive use_accelerate_endpoint x_principal_arn x_security_token_expires
    """.split()  # noqa: SIM905  # one name on a line would hide the rest
)
"""
Keys that are not reported as unknown: those above, those of the AWS CLI (`aws help config-vars`), botocore
(`configprovider.py`), the other SDKs, aws-vault, saml2aws and aws-sso-util.
"""
