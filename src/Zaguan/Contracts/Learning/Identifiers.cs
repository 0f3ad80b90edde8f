using System.Security.Cryptography;
using Zaguan.Contracts.Requests;

namespace Zaguan.Contracts.Learning;

/// <summary>Identifiers of nobody that look like somebody's.</summary>
internal static class Identifiers
{
    private const string Letters = "abcdefghijkmnpqrstuvwxyz";

    /// <summary>One in a hundred has the check digits of the strictest format.</summary>
    private const int MostTries = 100_000;

    private static readonly FieldFormat[] Documents = [FieldFormat.Cpf, FieldFormat.Cnpj, FieldFormat.Rut, FieldFormat.Nif, FieldFormat.Cuit, FieldFormat.Ruc];

    /// <summary>The format of documents that an identifier has, an e-mail address's, or none.</summary>
    public static FieldFormat? FormatOf(string identifier) => Array.FindAll(Documents, f => FieldFormats.Fits(f, identifier)) is [var only, ..] ? only
        : FieldFormats.Fits(FieldFormat.Email, identifier) ? FieldFormat.Email
        : null;

    public static string Unknown(string identifier)
    {
        switch (FormatOf(identifier))
        {
            case FieldFormat.Email:
                return $"{RandomNumberGenerator.GetString(Letters, 10)}@{identifier[(identifier.IndexOf('@', StringComparison.Ordinal) + 1)..]}";
            case { } document:
                for (var i = 0; i < MostTries; i++)
                {
                    if (OtherDigits(identifier) is var other && !string.Equals(other, identifier, StringComparison.Ordinal) && FieldFormats.Fits(document, other))
                    {
                        return other;
                    }
                }

                break;
        }

        return identifier.Length > 0 && identifier.All(char.IsAsciiDigit) ? OtherDigits(identifier) : RandomNumberGenerator.GetString(Letters, 12);
    }

    /// <summary>One that has another form than all of its kind; null: they have none.</summary>
    public static string? OfAnotherForm(string identifier)
    {
        if (FormatOf(identifier) is not { } format)
        {
            return null;
        }

        if (format == FieldFormat.Email)
        {
            return RandomNumberGenerator.GetString(Letters, 10);
        }

        var other = Unknown(identifier);
        while (FieldFormats.Fits(format, other))
        {
            other = OtherDigits(identifier);
        }

        return other;
    }

    private static string OtherDigits(string text) => string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)('0' + RandomNumberGenerator.GetInt32(10)) : c));
}
