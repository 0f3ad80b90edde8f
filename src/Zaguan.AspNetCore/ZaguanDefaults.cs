namespace Zaguan.AspNetCore;

/// <summary>What is used where nothing else is said.</summary>
public static class ZaguanDefaults
{
    /// <summary>The name of the authentication scheme: "Zaguan".</summary>
    public const string AuthenticationScheme = "Zaguan";
}
