package io.feiqian.iso20022;

import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.RefusedException;
import java.util.Optional;

/** Accounts as messages name them: by IBAN, or by the bank's own number under {@code Othr}. */
final class AccountIds {
    private final IsoConfig config;

    AccountIds(IsoConfig config) {
        this.config = config;
    }

    /**
     * The account that a part names, such as {@code CdtrAcct}.
     *
     * @param missing the reason where none is named
     * @param wrong the reason where the number is none
     * @return empty where it is an account of another bank
     * @throws IsoRefusal where it is no account's number
     */
    Optional<AccountNumber> read(Fields fields, String at, String missing, String wrong) {
        Optional<String> iban = fields.find(at + "/Id/IBAN", 34);
        if (iban.isPresent()) {
            return ofIban(iban.get(), at, wrong);
        }
        String other =
                fields.find(at + "/Id/Othr/Id", 34)
                        .orElseThrow(() -> new IsoRefusal(missing, at + ": no account"));
        return Optional.of(own(other, at, wrong));
    }

    /** An account of ours as an IBAN. */
    String iban(AccountNumber account) {
        String rest = config.ibanPrefix() + account;
        int check = 98 - mod97(rest + config.country() + "00");
        return config.country() + (check < 10 ? "0" : "") + check + rest;
    }

    private Optional<AccountNumber> ofIban(String iban, String at, String wrong) {
        if (!iban.matches("[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
                || mod97(iban.substring(4) + iban.substring(0, 4)) != 1) {
            throw new IsoRefusal(wrong, at + ": no IBAN, or wrong check digits");
        }
        String rest = iban.substring(4);
        boolean ours =
                iban.startsWith(config.country())
                        && rest.startsWith(config.ibanPrefix())
                        && rest.length() == config.ibanPrefix().length() + AccountNumber.DIGITS;
        return ours
                ? Optional.of(own(rest.substring(config.ibanPrefix().length()), at, wrong))
                : Optional.empty();
    }

    private static AccountNumber own(String number, String at, String wrong) {
        try {
            return AccountNumber.parse(number);
        } catch (RefusedException refusal) {
            throw new IsoRefusal(wrong, at + ": no account number of this bank");
        }
    }

    /** The remainder of ISO 7064 MOD 97,10; letters count as 10 to 35. */
    private static int mod97(String text) {
        int rest = 0;
        for (int i = 0; i < text.length(); i++) {
            int value = Character.digit(text.charAt(i), 36);
            rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
        }
        return rest;
    }
}
