using System.Security.Cryptography;
using System.Text;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Storage;

namespace Zaguan.Tokens.Keys;

/// <summary>
/// Encrypts signing keys and second factors for the database: AES-256-GCM (NIST SP 800-38D), a nonce of chance for each. It lies in a file outside the
/// database, so that a backup of the one without the other signs nothing.
/// </summary>
internal sealed class MasterKey : IDisposable
{
    private const int Length = 32;
    private const int Nonce = 12;
    private const int Tag = 16;

    /// <summary>A file that is longer is something else.</summary>
    private const int LongestFile = 1_024;

    private const string Remedy = "It holds 32 bytes in base64 (44 letters). Restore it from a backup, or copy it from another node.";

    private readonly Secret key;

    private MasterKey(Secret key) => this.key = key;

    /// <summary>Null: there is no such file.</summary>
    /// <exception cref="ProblemsException">There is one, and it cannot be used.</exception>
    public static MasterKey? Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var text = new byte[LongestFile + 1];
            var length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            var letters = Encoding.ASCII.GetString(text, 0, length).Trim();
            var bytes = new byte[LongestFile];
            var isKey = length <= LongestFile && Convert.TryFromBase64String(letters, bytes, out var decoded) && decoded == Length;
            var read = isKey ? new MasterKey(new(bytes.AsSpan(0, Length))) : null;
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(bytes);
            return read ?? throw Unusable(file, $"This is no master key. {Remedy}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, $"The master key cannot be read: {e.Message}");
        }
    }

    /// <summary>Makes one where there is none; where another process has just done so, takes that.</summary>
    /// <exception cref="ProblemsException">It cannot be kept there.</exception>
    public static MasterKey Make(string file)
    {
        var path = Path.GetFullPath(file);
        // Under its name only when it is whole and on disk: what half a key encrypts, nobody decrypts.
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        try
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
            using (var stream = PrivateFiles.Create(unfinished))
            {
                stream.Write(Encoding.ASCII.GetBytes($"{Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length))}\n"));
                stream.Flush(flushToDisk: true);
            }

            MoveUnlessThere(unfinished, path);
            return Read(path)!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, $"A master key cannot be made here: {e.Message}");
        }
        finally
        {
            if (File.Exists(unfinished))
            {
                File.Delete(unfinished);
            }
        }
    }

    /// <summary>A signing key or another secret, as the database keeps it: nonce, ciphertext and tag, in base64.</summary>
    /// <param name="purpose">Bound to the ciphertext: for another purpose it does not open.</param>
    public string Seal(ReadOnlySpan<byte> secret, string purpose)
    {
        var sealedKey = new byte[Nonce + secret.Length + Tag];
        var nonce = sealedKey.AsSpan(0, Nonce);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Reveal(), Tag);
        aes.Encrypt(nonce, secret, sealedKey.AsSpan(Nonce, secret.Length), sealedKey.AsSpan(Nonce + secret.Length), Encoding.UTF8.GetBytes(purpose));
        return Convert.ToBase64String(sealedKey);
    }

    /// <summary>Null: it was sealed under another master key, or for another purpose, or is damaged.</summary>
    public Secret? Open(string sealedKey, string purpose)
    {
        var bytes = new byte[sealedKey.Length];
        if (!Convert.TryFromBase64String(sealedKey, bytes, out var length) || length <= Nonce + Tag)
        {
            return null;
        }

        var opened = new byte[length - Nonce - Tag];
        try
        {
            using var aes = new AesGcm(key.Reveal(), Tag);
            aes.Decrypt(bytes.AsSpan(0, Nonce), bytes.AsSpan(Nonce, opened.Length), bytes.AsSpan(length - Tag, Tag), opened, Encoding.UTF8.GetBytes(purpose));
            return new(opened);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened);
        }
    }

    public void Dispose() => key.Dispose();

    public static ProblemsException Unusable(string file, string sentence)
    {
        var problems = new Problems();
        problems.Add(file, sentence);
        return new(problems);
    }

    private static void MoveUnlessThere(string unfinished, string file)
    {
        try
        {
            File.Move(unfinished, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Two nodes of one machine start at once: one master key is enough.
        }
    }
}
