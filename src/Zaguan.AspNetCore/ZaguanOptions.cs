using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Zaguan.AspNetCore;

/// <summary>
/// By what a back-end believes the tokens of its application. <see cref="Secret"/> or <see cref="Address"/> is needed, everything else may be left as it
/// is. Read once and checked when the application starts: it does not start with mistakes, and names all of them.
/// </summary>
public sealed class ZaguanOptions : AuthenticationSchemeOptions
{
    /// <summary>
    /// The secret that signs the application's tokens (HS256), as text: the UTF-8 of it is the key, of at least 32 bytes. Romsoft's back-ends call it
    /// JWT_SECRET_KEY. Null: tokens that are signed with a secret are not believed.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>The secret that <see cref="Secret"/> takes the place of: tokens that it signed are still believed. Take it away once the last of them has expired.</summary>
    public string? PreviousSecret { get; set; }

    /// <summary>
    /// Where Zaguan is: "https://login.example", or with a path. From there come the keys of tokens that are not signed with a secret (ES256 and RS256, from
    /// /.well-known/jwks.json; believed only where <see cref="Audience"/> says whose tokens are meant, since one key may sign for several applications),
    /// and with a <see cref="BackEndKey"/> the revocations. It must be https, this machine's own address, or be allowed by <see cref="AcceptsPlainHttp"/>.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>
    /// True: <see cref="Address"/> may be http. Whoever stands between this back-end and Zaguan can then make tokens of their own and read the
    /// <see cref="BackEndKey"/>. False unless set.
    /// </summary>
    public bool AcceptsPlainHttp { get; set; }

    /// <summary>What a token's iss must be, letter by letter. Null: it is not looked at.</summary>
    public string? Issuer { get; set; }

    /// <summary>What a token's aud must be, or contain, letter by letter. Null: it is not looked at.</summary>
    public string? Audience { get; set; }

    /// <summary>True, unless set: an Authorization header without "Bearer " before it is a token too, as old clients send it.</summary>
    public bool AcceptsRawToken { get; set; } = true;

    /// <summary>The claim that becomes User.Identity.Name: "unique_name" unless set.</summary>
    public string NameClaim { get; set; } = "unique_name";

    /// <summary>The claim that User.IsInRole looks at: "role" unless set.</summary>
    public string RoleClaim { get; set; } = "role";

    /// <summary>
    /// This back-end's key at Zaguan: what <c>zaguan backends add</c> printed. With it the application's revocations are followed. Null: they are not, and a
    /// revoked token is good until it expires.
    /// </summary>
    public string? BackEndKey { get; set; }

    /// <summary>What becomes of good tokens while the revocations are unknown. <see cref="WhenRevocationsAreUnknown.RefuseTokens"/> unless set.</summary>
    public WhenRevocationsAreUnknown WhenRevocationsAreUnknown { get; set; } = WhenRevocationsAreUnknown.RefuseTokens;

    /// <summary>How long Zaguan may be silent before the revocations are unknown: from 2 seconds to an hour; 10 seconds unless set. A revocation arrives at once; this is for when none can.</summary>
    public TimeSpan RevocationsMayBeOld { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Paths on which an Authorization header is ignored, whatever is in it: the login endpoint, if it is here. Clients attach the last token that they had to
    /// every request. Compared whole, ignoring case and a slash at the end.
    /// </summary>
    public IList<PathString> ExemptPaths { get; } = [];
}
