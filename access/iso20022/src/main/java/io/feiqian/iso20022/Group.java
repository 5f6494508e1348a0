package io.feiqian.iso20022;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;

/**
 * The header of a file.
 *
 * @param name which message it is
 * @param id its name, given by who made it
 * @param created when it was made, as written
 * @param made the day of that
 * @param count how many transactions it says to have
 * @param sum the sum of their amounts, whatever their currencies; empty where it says none
 * @param party who made it
 */
record Group(
        MessageName name,
        String id,
        String created,
        LocalDate made,
        int count,
        Optional<BigDecimal> sum,
        String party) {
    static final int NAME = 35;

    /** Reads a header. */
    static Group of(MessageName name, Fields fields) {
        String created = fields.require("CreDtTm", 35);
        return new Group(
                name,
                fields.require("MsgId", NAME),
                created,
                day(created),
                count(fields.require("NbOfTxs", 15)),
                fields.find("CtrlSum", 32).map(Group::decimal),
                name.family().equals(MessageName.PAIN) ? initiator(fields) : sender(fields));
    }

    /** A number of transactions. */
    static int count(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw IsoRefusal.form("NbOfTxs (expected: a number)");
        }
        return Integer.parseInt(text);
    }

    /** A decimal of XML schema that is not negative. */
    static BigDecimal decimal(String text) {
        if (!text.matches("[0-9]{0,18}(\\.[0-9]{0,17})?") || !text.matches(".*[0-9].*")) {
            throw IsoRefusal.form("an amount or sum (expected: a decimal such as 12.50)");
        }
        return new BigDecimal(text);
    }

    /** The BIC of an agent; empty where it is named in another way. */
    static Optional<String> bic(Fields fields, String agent) {
        return fields.first(11, agent + "/FinInstnId/BICFI", agent + "/FinInstnId/BIC");
    }

    private static LocalDate day(String created) {
        if (!created.matches(
                "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}(Z|[+-][0-9]{2}:[0-9]{2})?")) {
            throw IsoRefusal.form("CreDtTm (expected: a time such as 2026-01-31T10:00:00Z)");
        }
        try {
            return LocalDate.parse(created.substring(0, 10));
        } catch (DateTimeException wrong) {
            throw IsoRefusal.form("CreDtTm (expected: a day that there is)");
        }
    }

    private static String initiator(Fields fields) {
        return fields.first(
                        140,
                        "InitgPty/Id/OrgId/LEI",
                        "InitgPty/Id/OrgId/AnyBIC",
                        "InitgPty/Id/OrgId/BICOrBEI",
                        "InitgPty/Id/OrgId/Othr/Id",
                        "InitgPty/Id/PrvtId/Othr/Id",
                        "InitgPty/Nm")
                .orElseThrow(() -> IsoRefusal.form("InitgPty: neither an identifier nor a name"));
    }

    private static String sender(Fields fields) {
        return bic(fields, "InstgAgt")
                .orElseThrow(() -> new IsoRefusal("AGNT", "InstgAgt: none (expected: a BIC)"));
    }
}
