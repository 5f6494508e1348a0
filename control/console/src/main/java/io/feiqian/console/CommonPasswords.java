package io.feiqian.console;

import java.text.Normalizer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What passwords that are tried first are made of: words that many choose, rows of the keyboard,
 * counting, years, and what this system and the user are called. A password is judged by what it
 * has beside them, whatever signs stand for letters, so that {@code P4ssw0rd!2026} is as bad as
 * {@code password}.
 */
final class CommonPasswords {
    /** How many characters there have to be beside them. */
    static final int LEAST = 6;

    /** Letters that are often written otherwise, in small letters. */
    private static final String WRITTEN = "@4031!$57";

    private static final String MEANT = "aaoeiisst";

    private static final List<String> WORDS =
            Stream.of(
                            "password passwort passw parola contrasena motdepasse mima",
                            "welcome letmein changeme default secret master monkey dragon",
                            "login logmein signin user guest test demo temp sample example",
                            "admin administrator root superuser sysadmin operator viewer",
                            "feiqian flyingmoney console bank banking money teller cash",
                            "iloveyou loveyou sunshine princess football baseball basketball",
                            "superman batman starwars pokemon shadow michael jordan liverpool",
                            "chelsea arsenal barcelona trustno freedom whatever flower",
                            "computer internet samsung google facebook windows microsoft",
                            "spring summer autumn winter january february march april june",
                            "july august september october november december monday friday",
                            "hello woaini asdf zxcv qwer abc qazwsx wsxedc edcrfv zaq xsw")
                    .flatMap(each -> Stream.of(each.split(" ", -1)))
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .toList();

    private static final List<String> ROWS =
            List.of(
                    "01234567890",
                    "abcdefghijklmnopqrstuvwxyz",
                    "qwertyuiop",
                    "qwertzuiop",
                    "azertyuiop",
                    "asdfghjkl",
                    "zxcvbnm",
                    "yxcvbnm",
                    "1q2w3e4r5t6y7u8i9o0p",
                    "1qaz2wsx3edc4rfv5tgb6yhn7ujm");

    private CommonPasswords() {}

    /** Whether too little is left of a password beside what everybody tries first. */
    static boolean isOneOf(String password, String user) {
        String small =
                Normalizer.normalize(password, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        String own = user.toLowerCase(Locale.ROOT);
        return left(small, own) < LEAST || left(meant(small), meant(own)) < LEAST;
    }

    private static int left(String password, String user) {
        String rest = password.replace(user, " ");
        for (String each : WORDS) {
            rest = rest.replace(each, " ");
        }
        rest = rest.replaceAll("(19|20)[0-9]{2}", " ");
        String told = withoutRows(rest).replaceAll("(.)\\1{2,}", " ");
        return (int) told.codePoints().filter(Character::isLetterOrDigit).count();
    }

    /** Without four or more that follow each other on a keyboard or in counting, either way. */
    private static String withoutRows(String text) {
        StringBuilder rest = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int length = rowAt(text, at);
            if (length >= 4) {
                at += length;
            } else {
                rest.append(text.charAt(at++));
            }
        }
        return rest.toString();
    }

    private static int rowAt(String text, int at) {
        int longest = 0;
        for (String row : ROWS) {
            longest = Math.max(longest, common(text, at, row));
            longest = Math.max(longest, common(text, at, reversed(row)));
        }
        return longest;
    }

    /** How long the part of a row is that the text has here. */
    private static int common(String text, int at, String row) {
        int from = row.indexOf(text.charAt(at));
        int length = 0;
        while (from >= 0
                && at + length < text.length()
                && from + length < row.length()
                && text.charAt(at + length) == row.charAt(from + length)) {
            length++;
        }
        return length;
    }

    private static String reversed(String row) {
        return new StringBuilder(row).reverse().toString();
    }

    private static String meant(String text) {
        StringBuilder letters = new StringBuilder(text.length());
        text.chars()
                .forEach(each -> {
                    int written = WRITTEN.indexOf(each);
                    letters.append(written < 0 ? (char) each : MEANT.charAt(written));
                });
        return letters.toString();
    }
}
