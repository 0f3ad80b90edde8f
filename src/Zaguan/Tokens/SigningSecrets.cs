using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Zaguan.AspNetCore;
using Zaguan.AspNetCore.Jws;
using Zaguan.Login;
using Zaguan.Storage;

namespace Zaguan.Tokens;

/// <summary>What makes a signing secret good enough, and the ones that Development makes for itself.</summary>
internal static class SigningSecrets
{
    /// <summary>What is wrong with a secret, as a sentence without the secret; null where nothing is.</summary>
    /// <param name="isDevelopment">Development may sign with a secret that everybody knows.</param>
    public static string? Objection(string secret, bool isDevelopment)
    {
        var length = Encoding.UTF8.GetByteCount(secret);
        if (length < VerificationKey.ShortestSecret)
        {
            return $"The secret has {length} bytes; HS256 needs at least {VerificationKey.ShortestSecret} (RFC 7518 §3.2). Make one with: openssl rand -base64 48";
        }

        if (secret.Distinct().Count() < 8)
        {
            return "The secret repeats a few characters; anybody can guess it. Make one with: openssl rand -base64 48";
        }

        return !isDevelopment && PublicSecrets.Contains(secret)
            ? "The secret is printed in public documentation, so anybody can sign with it. Make one with: openssl rand -base64 48"
            : null;
    }

    /// <summary>The secret that Development keeps in a file, made at the first start.</summary>
    /// <param name="isNew">True at that first start, when it is announced.</param>
    public static Secret Keep(string file, out bool isNew)
    {
        isNew = !File.Exists(file);
        if (isNew)
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
            // Under its name only when it is whole: half a secret would sign, and be kept.
            var unfinished = $"{file}.{Guid.NewGuid():N}";
            using (var stream = PrivateFiles.Create(unfinished))
            {
                stream.Write(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(48))));
            }

            File.Move(unfinished, file, overwrite: false);
        }

        return Secret.FromText(File.ReadAllText(file).Trim());
    }
}
