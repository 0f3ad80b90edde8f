using Zaguan.Login;

namespace Zaguan.AccessLog;

/// <summary>One row of the access log.</summary>
internal sealed record AccessRecord
{
    public long Id { get; init; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long At { get; init; }

    public required string Application { get; init; }

    public required string Realm { get; init; }

    /// <summary>As the client sent it, with U+FFFD in place of control characters, at most 256 UTF-8 bytes.</summary>
    public required string Identifier { get; init; }

    /// <summary>The user, where the identifier meant one.</summary>
    public long? UserKey { get; init; }

    public bool IsSuccessful { get; init; }

    public Outcome Outcome { get; init; }

    public required string Address { get; init; }

    public string? Platform { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The header x-client-info, at most 2 KiB.</summary>
    public string? ClientInfo { get; init; }

    /// <summary>The node that answered; null for records of before nodes had names.</summary>
    public string? Node { get; init; }

    /// <summary>When reading: the user's name today.</summary>
    public string? Username { get; init; }

    /// <summary>When the console reads: the user's number, for the link to it.</summary>
    public long? UserNumber { get; init; }
}
