using System.Text;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>Where a command is given: what it reads from and writes to, and whether a person sits there.</summary>
internal sealed class Terminal
{
    private const int BufferLength = 64 * 1024;

    public required TextReader Input { get; init; }

    public required TextWriter Output { get; init; }

    /// <summary>Questions too, so that what a program reads from the output is nothing but the answer.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>False: a file or a program stands behind it, and nobody can be asked.</summary>
    public required bool InputIsTerminal { get; init; }

    public required bool OutputIsTerminal { get; init; }

    /// <summary>A key, unseen on the screen.</summary>
    public required Func<ConsoleKeyInfo> ReadKey { get; init; }

    /// <summary>Before the question: who answers it at once would see the first letters otherwise.</summary>
    public required Action StopEcho { get; init; }

    public required TimeProvider Clock { get; init; }

    public static Terminal OfProcess() => new()
    {
        // Bytes that are no UTF-8 throw: replaced by question marks they would become another password.
        Input = Console.IsInputRedirected
            ? new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true))
            : Console.In,
        // The console's own writer flushes every word; an export has millions.
        Output = Console.IsOutputRedirected
            ? new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferLength)
            : Console.Out,
        Error = Console.Error,
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        ReadKey = () => Console.ReadKey(intercept: true),
        // .NET switches the echo off when it first looks at the keys, and leaves it off until the process ends.
        StopEcho = () => _ = Console.KeyAvailable,
        Clock = TimeProvider.System,
    };

    /// <summary>Says everything that is wrong with what was read.</summary>
    /// <param name="lead">What was not done for that: "Nothing was written".</param>
    public async Task<int> TellAsync(string lead, IEnumerable<Problem> problems)
    {
        await Error.WriteLineAsync($"{lead}:");
        foreach (var problem in problems)
        {
            await Error.WriteLineAsync(Printing.Printable(problem.ToString()));
        }

        return ExitCode.Problems;
    }

    /// <summary>Says why it was not done.</summary>
    public async Task<int> RefuseAsync(string sentence)
    {
        await Error.WriteLineAsync(sentence);
        return ExitCode.NotDone;
    }
}
