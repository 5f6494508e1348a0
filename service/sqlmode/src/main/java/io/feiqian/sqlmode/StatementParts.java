package io.feiqian.sqlmode;

import static io.feiqian.sqlmode.SqlModeException.notUndoable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.parser.Token;
import net.sf.jsqlparser.parser.TokenMgrException;

/**
 * What a statement holds at any depth, word by word: no corner of a syntax tree in which a function
 * or a write could be overlooked.
 *
 * @param calls the names before an opening parenthesis, in lower case and without quotes:
 *     functions, and also tables, types and keywords
 * @param queries how often SELECT stands in it
 * @param locks whether rows are locked somewhere (FOR UPDATE, FOR SHARE)
 * @param into whether INTO stands in it
 * @param writes how many of its words write, an upsert counted once
 */
record StatementParts(Set<String> calls, int queries, boolean locks, boolean into, int writes) {
    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "merge");

    /**
     * UPDATE after these is not a statement: FOR UPDATE, DO UPDATE, [ON DUPLICATE or NO] KEY
     * UPDATE.
     */
    private static final Set<String> BEFORE_UPDATE = Set.of("for", "do", "key");

    private static final Set<String> AFTER_FOR = Set.of("update", "share", "no", "key");

    StatementParts {
        calls = Set.copyOf(calls);
    }

    static StatementParts of(String sql) throws SqlModeException {
        List<String> words = words(sql);
        Set<String> calls = new HashSet<>();
        int queries = 0;
        int writes = 0;
        boolean locks = false;
        boolean into = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String before = i == 0 ? "" : words.get(i - 1);
            String after = i + 1 == words.size() ? "" : words.get(i + 1);
            if (after.equals("(")) {
                calls.add(unquoted(word));
            }
            queries += word.equals("select") ? 1 : 0;
            locks |= word.equals("for") && AFTER_FOR.contains(after);
            locks |= word.equals("in") && before.equals("lock") && after.equals("share");
            into |= word.equals("into");
            if (WRITES.contains(word)
                    && !(word.equals("update") && BEFORE_UPDATE.contains(before))) {
                writes++;
            }
        }
        return new StatementParts(calls, queries, locks, into, writes);
    }

    private static List<String> words(String sql) throws SqlModeException {
        List<String> words = new ArrayList<>();
        if (sql.isBlank()) {
            throw unreadable("the end of an empty text");
        }
        CCJSqlParser parser = CCJSqlParserUtil.newParser(sql);
        try {
            for (Token each = parser.getNextToken(); each.kind != 0; each = parser.getNextToken()) {
                String image = each.image;
                boolean dollar =
                        image.startsWith("$")
                                && (image.length() == 1 || !Character.isDigit(image.charAt(1)));
                // The parser takes the prefix of U& literals for a column and an operator.
                boolean escaped =
                        words.size() > 1
                                && words.subList(words.size() - 2, words.size())
                                        .equals(List.of("u", "&"));
                if (dollar || escaped) {
                    throw unreadable(image);
                }
                words.add(image.startsWith("\"") ? image : image.toLowerCase(Locale.ROOT));
            }
        } catch (TokenMgrException unread) {
            throw unreadable(String.valueOf(unread.getMessage()));
        }
        return words;
    }

    private static SqlModeException unreadable(String what) {
        return notUndoable(
                "statement: cannot be read at "
                        + what
                        + " (expected: plain literals and parameters)");
    }

    private static String unquoted(String word) {
        if (word.length() >= 2 && word.startsWith("`")) {
            return word.substring(1, word.length() - 1).toLowerCase(Locale.ROOT);
        }
        return word.length() >= 2 && word.startsWith("\"")
                ? word.substring(1, word.length() - 1).replace("\"\"", "\"")
                : word;
    }
}
