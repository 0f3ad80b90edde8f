using System.Text;

namespace Zaguan.Benchmarks.House;

/// <summary>What is printed, kept for the report as well.</summary>
internal sealed class ToldTwice(TextWriter console) : TextWriter
{
    private readonly StringBuilder everything = new();
    private readonly Lock gate = new();

    public override Encoding Encoding => console.Encoding;

    public string Everything
    {
        get
        {
            lock (gate)
            {
                return everything.ToString();
            }
        }
    }

    public override void Write(char value)
    {
        lock (gate)
        {
            everything.Append(value);
            console.Write(value);
        }
    }

    public override void Write(string? value)
    {
        lock (gate)
        {
            everything.Append(value);
            console.Write(value);
        }
    }

    public override void WriteLine(string? value) => Write(value + Environment.NewLine);
}
