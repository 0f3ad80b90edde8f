using System.Security.Cryptography.X509Certificates;
using Zaguan.Contracts;

namespace Zaguan.Sources;

/// <summary>The old system of an application: where its login endpoint is and which contract it speaks.</summary>
/// <param name="Replies">That contract in reverse.</param>
/// <param name="Authorities">Whom its certificate must come from; null: whom the system trusts.</param>
internal sealed record Upstream(Uri Url, Contract Contract, ReplyReader Replies, UpstreamMode Mode, TimeSpan Deadline, X509Certificate2Collection? Authorities);
