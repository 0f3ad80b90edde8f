namespace Zaguan.Sources;

/// <summary>Where a password is checked.</summary>
internal enum Source
{
    /// <summary>Our own hash.</summary>
    Local,

    /// <summary>A directory: Active Directory, or another that speaks LDAP.</summary>
    Ldap,

    /// <summary>The old system's own login endpoint.</summary>
    Upstream,
}
