package io.feiqian.simulation.services;

import io.feiqian.participant.BranchKind;
import io.feiqian.participant.Content;
import java.util.ArrayList;
import java.util.List;

/**
 * One part of a transaction.
 *
 * @param service whose account it is
 * @param kind what kind of branch; {@code NONE} for the own share
 * @param account the account
 * @param amount what is added to it
 */
record Leg(String service, BranchKind kind, String account, long amount) {
    /** What is asked for, as services pass it on. */
    Content content() {
        return Content.ofText("%s:%s:%s:%d".formatted(service, kind, account, amount));
    }

    static Leg read(Content content) {
        String[] parts = content.text().split(":", -1);
        return new Leg(parts[0], BranchKind.valueOf(parts[1]), parts[2], Long.parseLong(parts[3]));
    }

    /** Many of them as one text. */
    static Content written(List<Leg> legs) {
        List<String> texts = new ArrayList<>();
        legs.forEach(each -> texts.add(each.content().text()));
        return Content.ofText(String.join(";", texts));
    }
}
