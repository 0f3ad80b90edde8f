using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Zaguan.Login;
using Zaguan.Storage;

namespace Zaguan.Tokens;

/// <summary>The signing secrets that Development makes for itself.</summary>
internal static class SigningSecrets
{
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
