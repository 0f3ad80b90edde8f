using System.Buffers;
using System.Runtime.CompilerServices;

namespace Zaguan.Users.Import;

/// <summary>
/// Rows of one JSON document: the objects of a list, or of the member "users" of an object. The document is gone through
/// byte by byte and never held; what is held is one user.
/// </summary>
internal sealed class JsonDocumentRows(string path)
{
    private readonly ArrayBufferWriter<byte> user = new();
    private readonly ArrayBufferWriter<byte> name = new();
    private long line = 1;
    private long beginsAt;
    private int depth;
    private int listDepth;
    private bool isInText;
    private bool isEscaped;
    private bool isName;
    private bool isInUser;
    private bool hasEnded;

    public static IAsyncEnumerable<ImportRow> ReadAsync(Stream utf8, string path, Dialect dialect) => new JsonDocumentRows(path).ReadAsync(utf8, dialect);

    private async IAsyncEnumerable<ImportRow> ReadAsync(Stream utf8, Dialect dialect, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var buffer = new byte[64 * 1024];
        var hadList = false;
        for (var read = await utf8.ReadAsync(buffer, cancellation); read > 0; read = await utf8.ReadAsync(buffer, cancellation))
        {
            for (var i = 0; i < read; i++)
            {
                if (Take(buffer[i]))
                {
                    yield return Row(dialect);
                }

                hadList |= listDepth > 0;
            }
        }

        if (!hasEnded)
        {
            throw new ImportSourceException($"{path} ends in the middle, in line {line}: it was cut off. What was whole was read; run the same command again with the whole file.");
        }

        if (!hadList)
        {
            throw new ImportSourceException($"{path} is a JSON document without users: they are a list, or the member \"users\" of an object. (Keycloak writes them with: kc.sh export --users same_file.)");
        }
    }

    private ImportRow Row(Dialect dialect)
    {
        var row = user.WrittenCount > ImportBounds.LongestRow
            ? ImportRow.Refused(beginsAt, $"This user has more than {ImportBounds.LongestRow:N0} bytes, the most that are read for one.")
            : JsonUsers.Read(beginsAt, user.WrittenMemory, dialect);
        user.ResetWrittenCount();
        return row;
    }

    /// <summary>True: with this byte a user is complete.</summary>
    private bool Take(byte b)
    {
        line += b == '\n' ? 1 : 0;
        if (isInUser && user.WrittenCount <= ImportBounds.LongestRow)
        {
            user.Write([b]);
        }

        if (isInText)
        {
            TakeInText(b);
            return false;
        }

        switch (b)
        {
            case (byte)'"':
                ExpectNoUserHere();
                isInText = true;
                isName = depth == 1 && listDepth != 1;
                if (isName)
                {
                    name.ResetWrittenCount();
                }

                break;
            case (byte)'{' or (byte)'[':
                Open(b);
                break;
            case (byte)'}' or (byte)']':
                return Close();
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',':
                break;
            default:
                ExpectNoUserHere();
                break;
        }

        return false;
    }

    private void TakeInText(byte b)
    {
        if (!isEscaped && b == '"')
        {
            isInText = false;
            return;
        }

        isEscaped = !isEscaped && b == '\\';
        if (isName && name.WrittenCount < 16)
        {
            name.Write([b]);
        }
    }

    private void Open(byte b)
    {
        if (hasEnded)
        {
            throw Broken("something stands behind its end");
        }

        var isList = b == '[';
        if (isInUser || !isList)
        {
            ExpectNoUserHere(isObject: !isList);
            if (!isInUser && listDepth > 0 && depth == listDepth)
            {
                (isInUser, beginsAt) = (true, line);
                user.Write([b]);
            }
        }
        else
        {
            ExpectNoUserHere();
            var isUsers = depth == 0 || (depth == 1 && listDepth == 0 && name.WrittenSpan.SequenceEqual("users"u8));
            listDepth = isUsers ? depth + 1 : listDepth;
        }

        depth++;
    }

    private bool Close()
    {
        if (--depth < 0)
        {
            throw Broken("a bracket closes that was not opened");
        }

        hasEnded = depth == 0;
        if (isInUser && depth == listDepth)
        {
            isInUser = false;
            return true;
        }

        listDepth = !isInUser && depth < listDepth ? 0 : listDepth;
        return false;
    }

    /// <summary>In the list of users stand objects and nothing else; behind the end of the document stands nothing.</summary>
    private void ExpectNoUserHere(bool isObject = false)
    {
        if (hasEnded)
        {
            throw Broken("something stands behind its end");
        }

        if (!isObject && !isInUser && listDepth > 0 && depth == listDepth)
        {
            throw Broken("in the list of users stands something that is no object");
        }
    }

    private ImportSourceException Broken(string what) => new($"{path}, line {line}: this is no JSON document with users; {what}.");
}
