using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Zaguan.Storage;

namespace Zaguan.Users.Import;

/// <summary>
/// The names, addresses, numbers and ids that this import has met, with their lines: in a temporary database without a name, which
/// SQLite keeps on disk and takes away, so that memory does not grow with the file. What it holds are hashes.
/// </summary>
internal sealed class SeenRows : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand find;
    private readonly SqliteCommand delete;
    private readonly byte[] key = new byte[16];

    public SeenRows()
    {
        _ = SqliteLibrary.Version;
        connection = new("Data Source=;Pooling=False");
        connection.Open();
        Command("PRAGMA journal_mode = OFF").ExecuteNonQuery();
        Command("PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID; BEGIN").ExecuteNonQuery();
        insert = Command("INSERT INTO seen (key, line) VALUES ($key, $line) ON CONFLICT DO NOTHING");
        find = Command("SELECT line FROM seen WHERE key = $key");
        delete = Command("DELETE FROM seen WHERE key = $key");
        insert.Parameters.Add(new("$line", SqliteType.Integer));
        foreach (var command in new[] { insert, find, delete })
        {
            command.Parameters.Add(new("$key", SqliteType.Blob) { Value = key });
        }
    }

    /// <summary>Remembers what is the user's alone. Where another row has some of it already: says so, and remembers nothing.</summary>
    public string? TryAdd(Candidate candidate)
    {
        insert.Parameters["$line"].Value = candidate.Line;
        var claims = Claims(candidate).ToList();
        for (var i = 0; i < claims.Count; i++)
        {
            SetKey(candidate.User.Realm, claims[i]);
            if (insert.ExecuteNonQuery() == 0)
            {
                var line = (long)find.ExecuteScalar()!;
                claims.Take(i).ToList().ForEach(c =>
                {
                    SetKey(candidate.User.Realm, c);
                    delete.ExecuteNonQuery();
                });
                return $"The {claims[i].What} is that of line {line} too, which was taken.";
            }
        }

        return null;
    }

    public void Dispose()
    {
        insert.Dispose();
        find.Dispose();
        delete.Dispose();
        connection.Dispose();
    }

    private static IEnumerable<(string What, string Value)> Claims(Candidate candidate)
    {
        yield return ("user name", candidate.UsernameKey);
        if (candidate.EmailKey is { } email)
        {
            yield return ("e-mail address", email);
        }

        if (candidate.User.Number is { } number)
        {
            yield return ("number", number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (candidate.User.Id is { } id)
        {
            yield return ("id", id);
        }
    }

    private void SetKey(string realm, (string What, string Value) claim)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{claim.What}\0{realm}\0{claim.Value}"), hash);
        hash[..16].CopyTo(key);
    }

    private SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
