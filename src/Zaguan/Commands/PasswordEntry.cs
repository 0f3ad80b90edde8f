using System.Text;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;

namespace Zaguan.Commands;

/// <summary>How a command comes by a password: typed unseen and twice, or the first line of standard input. Never from arguments or the environment.</summary>
internal static class PasswordEntry
{
    private const int Longest = ClearFormats.LongestPlain;

    /// <summary>A new password that the policy takes, or what speaks against it.</summary>
    /// <param name="names">Of the user whose it will be.</param>
    public static async Task<(Secret? Password, string? Objection)> ReadNewAsync(Desk desk, params IEnumerable<string?> names)
    {
        var (password, objection) = await ReadAsync(desk.Terminal, isNew: true);
        if (password is null)
        {
            return (null, objection);
        }

        try
        {
            var objections = new PasswordPolicy(desk.Setup.Settings.Passwords).Objections(password, names);
            if (objections.Count == 0)
            {
                return (password, null);
            }

            password.Dispose();
            return (null, $"{string.Join(Environment.NewLine, objections)}{Environment.NewLine}Nothing was done; choose another one.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            password.Dispose();
            return (null, $"Whether the password is known from a breach cannot be asked: {e.Message} Nothing was done.");
        }
    }

    /// <summary>A password that there is already: typed once.</summary>
    public static Task<(Secret? Password, string? Objection)> ReadExistingAsync(Terminal terminal) => ReadAsync(terminal, isNew: false);

    private static async Task<(Secret? Password, string? Objection)> ReadAsync(Terminal terminal, bool isNew)
    {
        var typed = new char[Longest];
        var again = new char[Longest];
        try
        {
            if (!terminal.InputIsTerminal)
            {
                return Check(typed, ReadLine(terminal.Input, typed), $"No password came on standard input: it is the first line of it.{(isNew ? " Without a password at all: --no-password (users add)." : "")}");
            }

            var length = await TypeAsync(terminal, "Password: ", typed);
            if (isNew && length is > 0 and <= Longest && (await TypeAsync(terminal, "Once more: ", again) != length || !typed.AsSpan().SequenceEqual(again)))
            {
                return (null, "The two passwords are different. Nothing was done; try again.");
            }

            return Check(typed, length, "An empty password is none. Nothing was done; try again.");
        }
        catch (DecoderFallbackException)
        {
            return (null, "What came on standard input is not UTF-8, so it would become another password. Send UTF-8.");
        }
        finally
        {
            Array.Clear(typed);
            Array.Clear(again);
        }
    }

    private static (Secret? Password, string? Objection) Check(char[] typed, int length, string whenEmpty) => length switch
    {
        0 => (null, whenEmpty),
        > Longest => (null, $"A password has at most {Longest:N0} characters."),
        _ => (Secret.FromText(typed.AsSpan(0, length)), null),
    };

    /// <summary>The first line without its end. Returns its length, which may be more than there was room for.</summary>
    private static int ReadLine(TextReader input, char[] line)
    {
        var length = 0;
        for (var c = input.Read(); c is not (-1 or '\n' or '\r') && length <= Longest; c = input.Read())
        {
            if (length < Longest)
            {
                line[length] = (char)c;
            }

            length++;
        }

        return length;
    }

    private static async Task<int> TypeAsync(Terminal terminal, string question, char[] line)
    {
        terminal.StopEcho();
        await terminal.Error.WriteAsync(question);
        await terminal.Error.FlushAsync();
        var length = 0;
        for (var key = terminal.ReadKey(); key.Key != ConsoleKey.Enter; key = terminal.ReadKey())
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                length = Math.Max(0, length - 1);
                line[Math.Min(length, Longest - 1)] = '\0';
            }
            else if (!char.IsControl(key.KeyChar))
            {
                if (length < Longest)
                {
                    line[length] = key.KeyChar;
                }

                length++;
            }
        }

        await terminal.Error.WriteLineAsync();
        return length;
    }
}
