using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Sdk;

namespace Zaguan.Tests.House;

/// <summary>
/// Inputs of chance. They are the same at every run, so that a change is judged by itself; with ZAGUAN_FUZZ=N in the environment they are N times as
/// many, and others every time.
/// </summary>
internal static class Chance
{
    private const ulong Seed = 20_260_301;

    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Texts that something somewhere takes for more than letters.</summary>
    private static readonly string[] Awkward =
    [
        "", " ", "a", "ana", "Peña", "pen\u0303a", "ñ", "\"", "'", "\\", "\"\"", ",", ";", "\t", "|", "\r", "\n", "\r\n", "{", "}", "{{", "}}", "{user.email}", "[", "]", "<", ">", "&", "<b>", "%", "%41", "+", "=", "#", ":", "/", "..", "$", "$$", "NULL", "\\N", "null", "true",
        "0", "-1", "1e9", "007", "\u0001", "\u007F", "\u0085", "\u00A0", "\u00AD", "\u200B", "\u202E", "\u2028", "\u2029", "\uFEFF", "ß", "ı", "İ", "ﬁ", "Ａ", "😀", "👩‍⚕️", "e\u0301\u0323", "-- ", "' OR 1=1", "=1+1", "\\u0041", "\\ud800",
    ];

    private static readonly int? Times = Environment.GetEnvironmentVariable("ZAGUAN_FUZZ") switch
    {
        null or "" => null,
        var times when int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => n,
        var other => throw new InvalidOperationException($"ZAGUAN_FUZZ is how many times as many inputs there shall be, 100 say, and not \"{other}\"."),
    };

    /// <summary>A text of a few awkward pieces.</summary>
    public static Gen<string> Text { get; } =
        from count in Gen.Frequency((1, Gen.Constant(0)), (6, Gen.Choose(1, 3)), (1, Gen.Choose(4, 12)))
        from pieces in Gen.ListOf(Gen.Elements(Awkward), count)
        select string.Concat(pieces);

    /// <param name="inputs">How many, without ZAGUAN_FUZZ.</param>
    public static Config Of(int inputs)
    {
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true);
        return Times is { } times
            ? config.WithMaxTest(inputs * times)
            : config.WithMaxTest(inputs).WithReplay(FSharpOption<Replay>.Some(new(new(Seed, Gamma), FSharpOption<int>.None)));
    }

    /// <summary>Whether something holds for all of them. One for which it does not is printed whole, as a text of C#, to be kept as a test.</summary>
    public static void Check<T>(Gen<T> inputs, int count, Func<T, string> written, Func<T, bool> holds)
    {
        string? broken = null;
        try
        {
            Prop.ForAll(inputs.ToArbitrary(), Holds).Check(Of(count));
        }
        catch (Exception e) when (broken is not null)
        {
            throw new XunitException($"It does not hold for this input; mend it, and keep the input as a test:\n{broken}\n", e);
        }

        bool Holds(T input)
        {
            broken = written(input);
            if (!holds(input))
            {
                return false;
            }

            broken = null;
            return true;
        }
    }

    /// <summary>As it would stand in C#.</summary>
    public static string Literal(string text) => JsonSerializer.Serialize(text);

    /// <summary>One JSON value, nested at most so deep.</summary>
    public static Gen<string> Json(int depth, IReadOnlyList<string> names, IReadOnlyList<string> scalars)
    {
        var scalar = Gen.OneOf(Gen.Elements(scalars.AsEnumerable()), Text.Select(Literal));
        if (depth == 0)
        {
            return scalar;
        }

        var inner = Json(depth - 1, names, scalars);
        var member = from name in Gen.Elements(names.AsEnumerable())
                     from value in inner
                     select $"{Literal(name)}:{value}";
        return Gen.Frequency(
            (3, scalar),
            (3, from count in Gen.Choose(0, 4) from list in Gen.ListOf(member, count) select $"{{{string.Join(',', list)}}}"),
            (1, from count in Gen.Choose(0, 3) from list in Gen.ListOf(inner, count) select $"[{string.Join(',', list)}]"));
    }

    /// <summary>A text that was damaged in up to three places.</summary>
    public static Gen<string> Damaged(Gen<string> texts, IReadOnlyList<string> pieces)
    {
        var edit = from at in Gen.Choose(0, 1_000)
                   from taken in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(1, 3)), (1, Gen.Choose(4, 40)))
                   from put in Gen.Frequency((1, Gen.Constant("")), (4, Gen.Elements(pieces.AsEnumerable())), (1, Text))
                   select (at, taken, put);
        return from text in texts
               from count in Gen.Choose(1, 3)
               from edits in Gen.ListOf(edit, count)
               select edits.Aggregate(text, (whole, e) => Apply(whole, e.at, e.taken, e.put));
    }

    private static string Apply(string text, int thousandths, int taken, string put)
    {
        var at = text.Length * thousandths / 1_000;
        return string.Concat(text.AsSpan(0, at), put, text.AsSpan(Math.Min(text.Length, at + taken)));
    }
}
