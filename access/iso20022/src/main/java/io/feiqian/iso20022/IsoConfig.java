package io.feiqian.iso20022;

import io.feiqian.vocabulary.AccountNumber;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How ISO 20022 messages are taken.
 *
 * @param bic the bank's own BIC, of 8 or 11 characters
 * @param ibanPrefix what its IBANs have between country and account: the bank's code, letters and
 *     digits; an IBAN is the country, two check digits, this and the account's 16 digits
 * @param country the country of its IBANs, two letters
 * @param channel the channel's number in the trace numbers of payments, 0 to 999
 * @param partners our accounts at other banks that send payments: BIC, a blank, currency
 * @param mostTransactions the most transactions of a file
 * @param mostFiles how many files are worked on at once; more are refused
 * @param window how many transactions of a file are under way at once
 * @param patience how long one transaction may take; then its outcome is unknown
 * @param zone where the bank's days begin
 * @param schemas a folder with the schemas of the standard that files must keep to; empty checks
 *     them by what is read of them only
 */
public record IsoConfig(
        String bic,
        String ibanPrefix,
        String country,
        int channel,
        Map<String, AccountNumber> partners,
        int mostTransactions,
        int mostFiles,
        int window,
        Duration patience,
        ZoneId zone,
        Optional<Path> schemas) {
    private static final int LONGEST_IBAN = 34;

    /** Refuses codes of another form and bounds that are not positive. */
    public IsoConfig {
        partners = Map.copyOf(partners);
        require(bic.matches("[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"), "bic", bic, "a BIC");
        require(country.matches("[A-Z]{2}"), "country", country, "two letters");
        int longest = LONGEST_IBAN - 4 - AccountNumber.DIGITS;
        require(
                ibanPrefix.matches("[A-Z0-9]{0," + longest + "}"),
                "ibanPrefix",
                ibanPrefix,
                "at most " + longest + " letters and digits");
        require(channel >= 0 && channel <= 999, "channel", channel, "0 to 999");
        require(mostTransactions > 0, "mostTransactions", mostTransactions, ">= 1");
        require(mostFiles > 0, "mostFiles", mostFiles, ">= 1");
        require(window > 0, "window", window, ">= 1");
        require(patience.isPositive(), "patience", patience, "> 0");
        partners.forEach((who, account) ->
                require(
                        who.matches("[A-Z0-9]{8,11} [A-Z]{3}")
                                && account.kind() == AccountNumber.Kind.NOSTRO,
                        "partner",
                        who + ": " + account,
                        "BIC, blank, currency: a nostro account"));
    }

    /** What is used unless configured, for a bank with this BIC. */
    public static IsoConfig of(String bic, String country, String ibanPrefix) {
        return new IsoConfig(
                bic,
                ibanPrefix,
                country,
                920,
                Map.of(),
                100_000,
                16,
                32,
                Duration.ofSeconds(10),
                ZoneId.of("UTC"),
                Optional.empty());
    }

    /** The same with this account at a bank that sends payments. */
    public IsoConfig withPartner(String partner, String currency, AccountNumber nostro) {
        Map<String, AccountNumber> more = new HashMap<>(partners);
        more.put(partner + " " + currency, nostro);
        return new IsoConfig(
                bic,
                ibanPrefix,
                country,
                channel,
                more,
                mostTransactions,
                mostFiles,
                window,
                patience,
                zone,
                schemas);
    }

    /** The same with files checked by the schemas in this folder. */
    public IsoConfig withSchemas(Path folder) {
        return new IsoConfig(
                bic,
                ibanPrefix,
                country,
                channel,
                partners,
                mostTransactions,
                mostFiles,
                window,
                patience,
                zone,
                Optional.of(folder));
    }

    /** Whether a BIC is the bank's own, whichever branch it names. */
    boolean isOwn(String other) {
        return other.length() >= 8 && bic.startsWith(other.substring(0, 8));
    }

    private static void require(boolean right, String what, Object value, String expected) {
        if (!right) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(what, value, expected));
        }
    }
}
