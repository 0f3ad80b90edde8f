using System.Text;

namespace Zaguan.Contracts.Learning;

/// <summary>What could not be told, in sentences, each once.</summary>
internal sealed class Notes
{
    private readonly List<string> sentences = [];

    public IReadOnlyList<string> All => sentences;

    public void Add(string sentence)
    {
        if (!sentences.Contains(sentence, StringComparer.Ordinal))
        {
            sentences.Add(sentence);
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var sentence in sentences)
        {
            text.Append("- ").Append(sentence).Append('\n');
        }

        return text.ToString();
    }
}
