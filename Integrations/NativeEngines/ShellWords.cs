using System.Text;

namespace NativeEngines;

/// <summary>Splits the simple commands that resources pass to <c>/bin/sh -c</c>, so that no shell is needed and no secret appears in a process list.</summary>
internal static class ShellWords
{
    /// <summary>
    /// Splits one simple command into words: blanks separate; '...', "..." and \ quote; $NAME and ${NAME} are replaced and (unlike in a shell) never split. As
    /// in a shell, an unset or empty variable makes no word unless it is quoted.
    /// </summary>
    /// <exception cref="FormatException">The text needs a real shell (pipes, lists, redirections, substitutions), or a quote is not closed.</exception>
    public static IReadOnlyList<string> Parse(string command, IReadOnlyDictionary<string, string> variables)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isWord, quote) = (false, '\0');
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (quote == '\'' && c != '\'') word.Append(c);
            else if (c == quote && quote != '\0') quote = '\0';
            else if (quote == '\0' && (c is '\'' or '"')) (quote, isWord) = (c, true);
            else if (c == '\\' && i + 1 < command.Length && (quote == '\0' || "$`\"\\\n".Contains(command[i + 1], StringComparison.Ordinal)))
            {
                if (command[++i] != '\n') (_, isWord) = (word.Append(command[i]), true); // the line continues in the next one
            }
            else if (c == '$') (i, isWord) = (AppendVariable(command, i, variables, word), isWord || word.Length > 0);
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                (_, isWord) = (word.Clear(), false);
            }
            else if (c == '`' || (quote == '\0' && (";&|<>()*?".Contains(c, StringComparison.Ordinal) || (!isWord && (c is '#' or '~')))))
                throw new FormatException($"\"{c}\" needs a shell, which the native engine does not use");
            else (_, isWord) = (word.Append(c), true);
        }

        if (quote != '\0') throw new FormatException("a quote is not closed");
        if (isWord) words.Add(word.ToString());
        return words;
    }

    // Returns the index of the last character that belongs to the variable.
    private static int AppendVariable(string command, int dollar, IReadOnlyDictionary<string, string> variables, StringBuilder word)
    {
        var isBraced = dollar + 1 < command.Length && command[dollar + 1] == '{';
        var start = dollar + (isBraced ? 2 : 1);
        var end = start;
        while (end < command.Length && (char.IsAsciiLetterOrDigit(command[end]) || command[end] == '_')) end++;
        if (end == start || (isBraced && (end == command.Length || command[end] != '}')))
            throw new FormatException("\"$\" without a plain name needs a shell, which the native engine does not use");
        word.Append(variables.GetValueOrDefault(command[start..end], ""));
        return isBraced ? end : end - 1;
    }
}
