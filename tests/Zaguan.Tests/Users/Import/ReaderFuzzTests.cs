using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Zaguan.Tests.House;
using Zaguan.Users.Import;

namespace Zaguan.Tests.Users.Import;

/// <summary>Files of chance: read, or refused with a sentence, whole or row by row. What a program writes is read back as it was.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ReaderFuzzTests
{
    private const string Hash = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly SearchValues<char> Meaning = SearchValues.Create("\",;\t|\r\n");

    private static readonly string[] Texts =
    [
        $"usuario,clave,correo\nana,\"{Hash}\",ana@example.com\nbea,\"con \"\"comillas\"\" y,\ncoma\",\n",
        "usuario;clave;activo\r\nana;secreto;1\r\n\r\nbea;;0\r\n",
        "usuario\tclave\nana\t\\N\n",
        "\uFEFFusuario|clave\nana|x\n",
        "{\"username\":\"ana\",\"password\":\"x\",\"roles\":[\"a\",{\"name\":\"b\"}]}\n{\"username\":\"bea\"}\n",
        "[{\"username\":\"ana\",\"attributes\":{\"a\":[1,2,{\"b\":null}]}},{\"username\":\"b\\u00e9a\"}]",
        "{\"realm\":\"clinica\",\"roles\":{\"realm\":[{\"name\":\"r\"}]},\"users\":[{\"username\":\"ana\",\"enabled\":true,\"credentials\":[{\"type\":\"password\",\"secretData\":\"{\\\"value\\\":\\\"AAAA\\\",\\\"salt\\\":\\\"AAAA\\\"}\",\"credentialData\":\"{\\\"hashIterations\\\":1,\\\"algorithm\\\":\\\"pbkdf2-sha256\\\"}\"}],\"realmRoles\":[\"r\"]}]}",
        "{\"users\":[{\"localId\":\"1\",\"email\":\"ana@example.com\",\"passwordHash\":\"AAAA\",\"salt\":\"AAAA\",\"disabled\":false}]}",
        "{\"_id\":{\"$oid\":\"1\"},\"email\":\"ana@example.com\",\"passwordHash\":\"$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy\"}\n",
        "[{\"Id\":\"1\",\"UserName\":\"ana\",\"NormalizedUserName\":\"ANA\",\"PasswordHash\":\"AQAAAAEAACcQ\",\"LockoutEnd\":null}]",
    ];

    private static readonly string[] Pieces = ["\"", "\"\"", ",", ";", "\t", "|", "\n", "\r", "\r\n\r\n", "{", "}", "[", "]", ":", "\\", "\\u", "\\ud800", "null", "true", "1e999", "\0", "\uFEFF", "é", "\u2028", "users", "\"users\":[", "\"realm\":", "credentials", "NULL", "\\N", "--", "PK\u0003\u0004", "INSERT INTO "];

    [Fact]
    public void A_file_that_was_damaged_is_read_or_refused_with_a_sentence()
    {
        var inputs = from text in Chance.Damaged(Gen.Elements(Texts), Pieces)
                     from format in Gen.Frequency((4, Gen.Constant<string?>(null)), (1, Gen.Elements(ImportFile.Formats.Select(f => (string?)f))))
                     from bytes in Gen.Frequency((4, Gen.Constant("utf-8")), (1, Gen.Elements("windows-1252", "utf-16", "ibm850")))
                     from told in Gen.Frequency((4, Gen.Constant<string?>(null)), (1, Gen.Elements(ImportEncoding.Known.Keys.Select(k => (string?)k))))
                     select (Text: text, Format: format, Bytes: bytes, Told: told);
        var file = Path.GetTempFileName();
        var read = 0;
        try
        {
            Chance.Check(inputs, 250, i => $"{Chance.Literal(i.Text)} {i.Format} {i.Bytes} {i.Told}", input =>
            {
                File.WriteAllBytes(file, ImportEncoding.Known[input.Bytes]().GetBytes(input.Text));
                var (rows, objection) = ReadAsync(file, new(input.Format, input.Told is null ? null : ImportEncoding.Known[input.Told](), null)).GetAwaiter().GetResult();
                read += rows.Count;
                var lines = input.Text.Count(c => c is '\n' or '\r') + 1;
                return objection is null or { Length: > 20 }
                    && rows.All(r => r.Line >= 1 && r.Line <= lines && (r.Objection is null || r is { Fields.Count: 0, Objection.Length: > 20 }));
            });
        }
        finally
        {
            File.Delete(file);
        }

        read.ShouldBeGreaterThan(60);
    }

    /// <summary>What broke a reader once.</summary>
    [Theory]
    [InlineData("{\"realm\":\"clinica\",\"a\u00F1o\":1,\"users\":[{\"username\":\"ana\"}]}", "windows-1252")]
    [InlineData("[{\"username\":\"ana\",\"contrase\u00F1a\":\"x\"}]", "windows-1252")]
    [InlineData("{\"realm\":\"clinica\",\"\\ud800\":1}", "utf-8")]
    [InlineData("[{\"username\":\"ana\",\"\\ud800\":1}]", "utf-8")]
    public async Task A_name_in_other_letters_or_with_half_a_character_is_refused_and_no_fault(string text, string bytes)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, ImportEncoding.Known[bytes]().GetBytes(text));

        foreach (var format in ImportFile.Formats.Where(f => f is not "csv").Prepend(null))
        {
            var (rows, objection) = await ReadAsync(file, new(format, null, null));

            (objection ?? rows.Single().Objection).ShouldNotBeNull(format);
        }

        File.Delete(file);
    }

    [Fact]
    public void A_table_that_was_written_by_the_rules_is_read_back_as_it_was()
    {
        string[] columns = ["usuario", "clave", "nota"];
        var tables = from delimiter in Gen.Elements(',', ';', '\t', '|')
                     from end in Gen.Elements("\n", "\r\n")
                     from rows in Gen.NonEmptyListOf(Gen.ArrayOf(Chance.Text, columns.Length))
                     select (Delimiter: delimiter, End: end, Rows: rows.Take(8).ToList());
        var file = Path.GetTempFileName();
        try
        {
            Chance.Check(tables, 150, t => Chance.Literal(Table(t.Delimiter, t.End, columns, t.Rows)), table =>
            {
                File.WriteAllText(file, Table(table.Delimiter, table.End, columns, table.Rows));
                var (rows, objection) = ReadAsync(file, new("csv", null, null)).GetAwaiter().GetResult();
                return objection is null && rows.Count == table.Rows.Count && rows.Zip(table.Rows).All(r =>
                    r.First.Objection is null && r.First.Fields.Select(f => f.Name).SequenceEqual(columns)
                    && r.First.Fields.Select(f => f.Text).SequenceEqual(r.Second.Select(f => f is "NULL" or "\\N" ? null : f)));
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_document_and_its_users_line_by_line_are_the_same_users_in_whatever_pieces_they_arrive()
    {
        string[] names = ["username", "password", "a", "ñ", "users", "realm"];
        string[] scalars = ["null", "true", "7", "-1.5e3", "\"\\u00e9\\\"\"", "[]", "{}"];
        var users = from values in Gen.ArrayOf(Chance.Json(2, ["x", "y"], scalars), names.Length)
                    from count in Gen.Choose(1, names.Length)
                    select $"{{{string.Join(',', names.Take(count).Zip(values, (n, v) => $"{Chance.Literal(n)}:{v}"))}}}";
        var documents = from list in Gen.ListOf(users)
                        from blank in Gen.Elements("", " ", "\n", "\r\n\t")
                        from isWrapped in Gen.Elements(true, false)
                        from piece in Gen.Choose(1, 50)
                        select (Users: list.Take(6).ToList(), Blank: blank, IsWrapped: isWrapped, Piece: piece);

        Chance.Check(documents, 100, d => $"{string.Join('\n', d.Users)}\n({Chance.Literal(d.Blank)}, {d.IsWrapped}, {d.Piece})", document =>
        {
            var list = $"[{document.Blank}{string.Join($",{document.Blank}", document.Users)}{document.Blank}]";
            var whole = Encoding.UTF8.GetBytes(document.IsWrapped ? $"{{\"kind\":\"users\",\"otros\":{{\"users\":[1]}},\"users\":{list}}}" : list);
            var lines = Encoding.UTF8.GetBytes(string.Join('\n', document.Users));
            var fromDocument = JsonDocumentRows.ReadAsync(new InPieces(whole, document.Piece), "x.json", Dialect.Plain).ToBlockingEnumerable().ToList();
            var fromLines = JsonLineRows.ReadAsync(new InPieces(lines, document.Piece), Dialect.Plain).ToBlockingEnumerable().ToList();
            return fromDocument.Count == document.Users.Count && fromLines.Count == document.Users.Count
                && fromDocument.Zip(fromLines).All(r => string.Equals(r.First.Objection, r.Second.Objection, StringComparison.Ordinal) && r.First.Fields.SequenceEqual(r.Second.Fields))
                && fromLines.Zip(document.Users).All(r => r.First.Objection is not null || r.First.Fields.Count == JsonElement.Parse(r.Second).EnumerateObject().Count());
        });
    }

    private static async Task<(IReadOnlyList<ImportRow> Rows, string? Objection)> ReadAsync(string path, ImportFileOptions options)
    {
        var rows = new List<ImportRow>();
        try
        {
            await using var source = await ImportFile.OpenAsync(path, options);
            await foreach (var row in source.Rows)
            {
                rows.Add(row);
            }

            return (rows, null);
        }
        catch (ImportSourceException e)
        {
            return (rows, e.Message);
        }
    }

    /// <summary>RFC 4180: whatever could mean something is in quotes, and so is every other field, at random.</summary>
    private static string Table(char delimiter, string end, string[] columns, IEnumerable<string[]> rows) =>
        string.Concat(rows.Prepend(columns).Select(r => string.Join(delimiter, r.Select(Field)) + end));

    private static string Field(string text) =>
        text.AsSpan().ContainsAny(Meaning) || text.Length % 2 == 1 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    /// <summary>A stream that hands out a few bytes at a time.</summary>
    private sealed class InPieces(byte[] bytes, int atMost) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, atMost)]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, atMost)], cancellationToken);
    }
}
