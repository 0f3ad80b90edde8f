using System.Globalization;
using System.Text;
using System.Text.Json;
using Zaguan.Login;

namespace Zaguan.Contracts.Requests;

/// <summary>A login request → identifier, password, flags and what else the contract names, as the contract reads them.</summary>
internal sealed class RequestDecoder(RequestRules rules)
{
    private readonly bool namesFields = rules.Fields.Any(f => f.Role == FieldRole.Named);

    public RequestRules Rules => rules;

    public RequestWriter Writer { get; } = new(rules);

    public bool ReadsDirectory => rules.Directory is not null;

    /// <summary>The identifier as a request's is read that says this; null: no request may say it.</summary>
    public string? ReadIdentifier(string written) =>
        FieldFormats.Normalise(rules.Identifier.Normalise, written) is { Length: > 0 } identifier && rules.Identifier.ObjectionTo(identifier) is null ? identifier : null;

    /// <summary>What is read when the body is all that there is.</summary>
    public DecodedRequest Decode(ReadOnlySpan<byte> json) => Decode(RequestInput.OfJson(json));

    public DecodedRequest Decode(in RequestInput request)
    {
        using var slots = new FieldSlots(rules);
        ReadAround(request, slots);
        var isRead = TryReadSource(request, slots, out var isEmpty);
        if (isEmpty ? IsEmptyMalformed(isRead && !request.Body.IsEmpty) : !isRead)
        {
            return new(Outcome.Malformed, rules.MissingFields, "", null, false) { Fields = namesFields ? ReadNamed(slots, []) : null };
        }

        return Understand(slots);
    }

    /// <param name="isObject">There is a body, and nothing in it.</param>
    private bool IsEmptyMalformed(bool isObject) => rules.Empty switch
    {
        EmptyBody.Malformed => true,
        EmptyBody.Invalid => false,
        EmptyBody.Object => !isObject,
    };

    /// <summary>Headers, and what stands in the query whatever the body is.</summary>
    private void ReadAround(in RequestInput request, FieldSlots slots)
    {
        if (rules.ReadsHeaders && request.Headers is { } headers)
        {
            foreach (var field in rules.Fields)
            {
                foreach (var (rank, place) in field.Places.Index())
                {
                    if (place.Kind == PlaceKind.Header && headers.TryGetValue(place.Path[0], out var values) && values is [.., { } last] && slots.Takes(field, rank, FieldState.Text))
                    {
                        if (values.Count > 1)
                        {
                            slots.NoteAmbiguity();
                        }

                        var isSecret = field.Role == FieldRole.Password;
                        slots.Set(field, rank, FieldState.Text, isSecret ? null : last, isSecret ? Secret.FromText(last) : null);
                    }
                }
            }
        }

        if (rules.ReadsBasic && request.Headers is { } received && BasicCredentials.AreIn(received.Authorization))
        {
            BasicCredentials.ReadBeside(received.Authorization, rules, slots);
        }

        if (rules.Query.Children.Count > 0 && request.Query is ['?', ..] query)
        {
            FormBody.TryRead(Encoding.UTF8.GetBytes(query, 1, query.Length - 1), rules.Query, slots, out _);
        }
    }

    /// <summary>The first of the contract's sources that the request has.</summary>
    private bool TryReadSource(in RequestInput request, FieldSlots slots, out bool isEmpty)
    {
        isEmpty = request.Body.IsEmpty && !request.IsCutOff;
        foreach (var source in rules.From)
        {
            switch (source)
            {
                case RequestSource.Json when MediaTypes.IsOf(request.ContentType, "application/json", rules.ContentTypes):
                    return JsonBody.TryRead(request.Body, rules.Tree, slots, out isEmpty) && !request.IsCutOff;
                case RequestSource.Form when MediaTypes.IsOf(request.ContentType, "application/x-www-form-urlencoded", rules.ContentTypes):
                    return FormBody.TryRead(request.Body, rules.Tree, slots, out isEmpty) && !request.IsCutOff;
                case RequestSource.Multipart when MediaTypes.IsOf(request.ContentType, "multipart/form-data", null):
                    return MultipartBody.TryRead(request.Body, request.ContentType, rules.Tree, slots, out isEmpty) && !request.IsCutOff;
                case RequestSource.Query when request.Query is ['?', _, ..] query:
                    return FormBody.TryRead(Encoding.UTF8.GetBytes(query, 1, query.Length - 1), rules.Tree, slots, out isEmpty);
                case RequestSource.Basic when request.Headers is { } headers && BasicCredentials.AreIn(headers.Authorization):
                    isEmpty = false;
                    return BasicCredentials.TryRead(headers.Authorization, rules, slots);
            }
        }

        return false;
    }

    private DecodedRequest Understand(FieldSlots slots)
    {
        List<InvalidField> wrong = [];
        var identifier = "";
        var directory = false;
        foreach (var field in rules.Fields)
        {
            var objection = field.Role switch
            {
                FieldRole.Identifier => ObjectionToIdentifier(field, slots[field], ref identifier),
                FieldRole.Password => ObjectionToPassword(field, slots[field]),
                FieldRole.Directory => ObjectionToDirectory(slots[field], ref directory),
                FieldRole.Constant => ObjectionToConstant(field, slots[field]),
                FieldRole.Named => null,
            };
            if (objection is { } rule)
            {
                wrong.Add(Broken(field, rule, slots[field]));
            }
            else if (field is { Role: FieldRole.Named, Required: true } && !TryValue(field, slots[field], out _, out var broken))
            {
                wrong.Add(Broken(field, broken, slots[field]));
            }
        }

        foreach (var name in slots.Unknown)
        {
            wrong.Add(new(name, InvalidRule.Unknown));
        }

        var fields = namesFields ? ReadNamed(slots, wrong) : null;
        return wrong.Count == 0
            ? new(null, [], identifier, slots.TakeSecret(rules.Password), directory) { IsAmbiguous = slots.IsAmbiguous, Fields = fields }
            : new(Outcome.Invalid, wrong, "", null, false) { Fields = fields };
    }

    private static InvalidField Broken(FieldRule field, InvalidRule rule, in FieldValue value) => field.Breaks(rule, field.IsSecret ? Value.Null : Echo(value));

    private static InvalidRule? ObjectionToIdentifier(FieldRule field, in FieldValue value, ref string identifier)
    {
        if (Presence(value) is { } absent)
        {
            return absent;
        }

        identifier = FieldFormats.Normalise(field.Normalise, value.Text!);
        return identifier.Length == 0 ? InvalidRule.Format : field.ObjectionTo(identifier);
    }

    private static InvalidRule? ObjectionToPassword(FieldRule field, in FieldValue value) => value switch
    {
        { State: FieldState.Text, Secret: { Length: > 0 } secret } => field.ObjectionToLength(Encoding.UTF8.GetCharCount(secret.Reveal())),
        { State: FieldState.Text } => InvalidRule.Empty,
        _ => Presence(value),
    };

    private static InvalidRule? Presence(in FieldValue value) => value.State switch
    {
        FieldState.Absent or FieldState.Null => InvalidRule.Missing,
        FieldState.Text => string.IsNullOrEmpty(value.Text) ? InvalidRule.Empty : null,
        FieldState.Number or FieldState.True or FieldState.False or FieldState.Other => InvalidRule.Type,
    };

    // Clients write a flag as true, or as "true"; null is absent.
    private static InvalidRule? ObjectionToDirectory(in FieldValue value, ref bool directory)
    {
        directory = value.State == FieldState.True || (value.State == FieldState.Text && bool.TryParse(value.Text, out var flag) && flag);
        return value.State is FieldState.Absent or FieldState.Null or FieldState.True or FieldState.False || (value.State == FieldState.Text && bool.TryParse(value.Text, out _)) ? null : InvalidRule.Type;
    }

    private static InvalidRule? ObjectionToConstant(FieldRule field, in FieldValue value) => (value.State, field.Constant.ValueKind) switch
    {
        (FieldState.Absent or FieldState.Null, _) => field.Required ? InvalidRule.Missing : null,
        // In a form everything is text.
        (FieldState.Text, JsonValueKind.String) => string.Equals(value.Text, field.Constant.GetString(), StringComparison.Ordinal) ? null : InvalidRule.Constant,
        (FieldState.Text or FieldState.Number, JsonValueKind.Number) => string.Equals(value.Text, field.Constant.GetRawText(), StringComparison.Ordinal) ? null : InvalidRule.Constant,
        (FieldState.True, JsonValueKind.True) or (FieldState.False, JsonValueKind.False) => null,
        (FieldState.Text, JsonValueKind.True or JsonValueKind.False) => bool.TryParse(value.Text, out var flag) && flag == field.Constant.GetBoolean() ? null : InvalidRule.Constant,
        _ => InvalidRule.Constant,
    };

    private Value[] ReadNamed(FieldSlots slots, List<InvalidField> wrong)
    {
        var read = new Value[rules.Fields.Count];
        foreach (var field in rules.Fields.Where(f => f.Role == FieldRole.Named))
        {
            read[field.Index] = TryValue(field, slots[field], out var value, out _) ? value : Value.Null;
        }

        return read;
    }

    /// <summary>False: it is not there, or breaks a rule.</summary>
    private static bool TryValue(FieldRule field, in FieldValue written, out Value value, out InvalidRule broken)
    {
        (value, broken) = (Value.Null, InvalidRule.Missing);
        if (written.State is FieldState.Absent or FieldState.Null)
        {
            return false;
        }

        broken = InvalidRule.Type;
        switch (field.Type)
        {
            case FieldType.Text when written.State == FieldState.Text:
                broken = written.Text!.Length == 0 ? InvalidRule.Empty : field.ObjectionTo(written.Text) ?? InvalidRule.Missing;
                value = Value.Of(written.Text);
                return broken == InvalidRule.Missing;
            case FieldType.Number when written.State is FieldState.Number or FieldState.Text && long.TryParse(written.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                value = Value.Of(number);
                return true;
            case FieldType.Flag when Flag(written) is { } flag:
                value = Value.Of(flag);
                return true;
            case FieldType.Any when written.State != FieldState.Other:
                value = Echo(written);
                if (written.Text is null || field.ObjectionToLength(written.Text.Length) is not { } length)
                {
                    return true;
                }

                broken = length;
                return false;
            default:
                return false;
        }
    }

    private static bool? Flag(in FieldValue value) => value.State switch
    {
        FieldState.True => true,
        FieldState.False => false,
        FieldState.Text or FieldState.Number => value.Text!.ToLowerInvariant() switch
        {
            "true" or "1" or "on" or "yes" => true,
            "false" or "0" or "off" or "no" => false,
            _ => null,
        },
        FieldState.Absent or FieldState.Null or FieldState.Other => null,
    };

    /// <summary>What came, with its type. An object or a list is not said back.</summary>
    private static Value Echo(in FieldValue value) => value.State switch
    {
        FieldState.Text => Value.Of(value.Text),
        FieldState.Number => Value.Of(JsonElement.Parse(value.Text!)),
        FieldState.True => Value.Of(true),
        FieldState.False => Value.Of(false),
        FieldState.Absent or FieldState.Null or FieldState.Other => Value.Null,
    };
}
