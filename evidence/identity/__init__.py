"""Who somebody is by the word of the agency's own directory: OpenID Connect and LDAP."""
