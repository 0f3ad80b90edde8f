using System.Text.Json;
using Zaguan.Contracts.Answers;

namespace Zaguan.Contracts.Templates;

/// <summary>A piece of JSON with placeholders in it, compiled. One kind, one file.</summary>
internal abstract record Template
{
    /// <summary>Without placeholders: the same bytes in every answer.</summary>
    public abstract bool IsConstant { get; }

    /// <summary>A text of letters and settings: the same in all answers of one application.</summary>
    public virtual bool IsText => false;

    /// <summary>A value that is null makes a key that ends in ? disappear.</summary>
    public virtual bool IsNull(AnswerValues values) => false;

    public abstract void Write(Utf8JsonWriter writer, AnswerValues values);

    /// <summary>The placeholders that are values of their own, not part of a text.</summary>
    public virtual IEnumerable<Placeholder> Values => [];

    /// <summary>
    /// In reverse: whether a reply could be an answer of this template. Literals must be equal, placeholders are bound, keys that the template does not name are ignored.
    /// </summary>
    public abstract bool Unify(JsonElement reply, Bindings bindings);

    /// <summary>In a list whose $each has "items": a list's elements without its brackets; what is no list is one element.</summary>
    public virtual void WriteElements(Utf8JsonWriter writer, AnswerValues values) => Write(writer, values);

    /// <summary>In reverse: how many elements of a reply's list, from one of them on, are what <see cref="WriteElements"/> wrote; 0: none are.</summary>
    public virtual int UnifyElements(IReadOnlyList<JsonElement> elements, int from, Bindings bindings) => from < elements.Count && Unify(elements[from], bindings) ? 1 : 0;

    /// <summary>The same template with every name in camelCase.</summary>
    public virtual Template CamelCased() => this;
}
