using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>Arguments and options that several commands have.</summary>
internal static class Arguments
{
    /// <summary>Of one request to another system.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestDeadline = TimeSpan.FromMinutes(5);

    public static Argument<string> UserName(string description = "The user's name, or e-mail address.") => new("NAME") { Description = description };

    public static Option<string> Realm() => new("--realm") { Description = "The realm.", HelpName = "REALM", Required = true };

    public static Option<string?> OfRealm() => new("--realm") { Description = "Only of this realm.", HelpName = "REALM" };

    public static Option<bool> Json() => new("--json") { Description = "One JSON document, for programs." };

    public static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int?> WholeNumber(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var written = result.Tokens[0].Value;
            if (int.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number from {least} to {most}, not \"{written}\"."));
            return null;
        },
    };

    /// <summary>An option whose text is read by <paramref name="read"/>: a value, or what is wrong.</summary>
    public static Option<T?> Read<T>(string name, string description, string helpName, Func<string, (T? Value, string? Objection)> read) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result => Read(result, read),
    };

    /// <summary>An endpoint of somebody's, whole.</summary>
    public static (Uri? Value, string? Objection) ReadUrl(string written)
    {
        if (!Uri.TryCreate(written, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return (null, "An endpoint is written whole, with http or https: http://viejo.example/api/login.");
        }

        return uri.UserInfo.Length == 0 ? (uri, null) : (null, "An address holds no name and no password: the shell keeps what is written here. Leave out what stands before the @.");
    }

    public static (TimeSpan? Value, string? Objection) ReadDeadline(string written) => Duration.TryParse(written, out var time) && time >= TimeSpan.FromSeconds(1) && time <= LongestDeadline
        ? (time, null)
        : (null, $"--deadline is a length of time from 1s to 5m (\"30s\"), not \"{written}\".");

    private static T? Read<T>(ArgumentResult result, Func<string, (T? Value, string? Objection)> read)
    {
        var (value, objection) = read(result.Tokens[0].Value);
        if (objection is not null)
        {
            result.AddError(objection);
        }

        return value;
    }
}
