package io.feiqian.simulation.services;

import io.feiqian.participant.BranchKey;
import io.feiqian.participant.Content;
import io.feiqian.participant.DirtyRowException;
import io.feiqian.participant.spi.StatementUndo;
import io.feiqian.simulation.Rule;
import io.feiqian.simulation.Rules;
import io.feiqian.simulation.services.Rows.Account;
import io.feiqian.simulation.services.Rows.Image;
import io.feiqian.simulation.services.Rows.Images;
import io.feiqian.simulation.services.Rows.What;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * SQL mode as a model: row locks and images in the branch's own commit, as the product's triggers
 * write them. The product's own are statements of its databases, which are not modelled here; its
 * port is what the library drives.
 */
final class Undo implements StatementUndo {
    private final Book book;
    private final Rules rules;

    Undo(Book book, Rules rules) {
        this.book = book;
        this.rules = rules;
    }

    /** Two updates of one row, so that the order of their undo matters. */
    Content twoUpdates(Connection on, BranchKey key, Leg leg) throws SQLException {
        Account first = Book.locked(on, key, leg.account());
        Book.requireFunds(leg, first);
        if (!rules.lack(Rule.SQL_LOCKS)) {
            Rows.insert(on, Rows.LOCK, leg.account(), key);
        }
        long half = leg.amount() / 2;
        Account second = new Account(first.balance() + half, first.reserved());
        Account third = new Account(first.balance() + leg.amount(), first.reserved());
        Rows.put(on, Rows.ACCOUNT, leg.account(), second);
        Rows.put(on, Rows.ACCOUNT, leg.account(), third);
        long effect = book.effect(on, key, What.DONE, leg);
        Rows.insert(
                on,
                Rows.UNDO,
                key,
                new Images(
                        List.of(
                                new Image(leg.account(), first, second),
                                new Image(leg.account(), second, third)),
                        List.of(effect)));
        return Content.ofText("done " + leg.amount());
    }

    @Override
    public Capture capture(Connection connection, BranchKey key) {
        return new Capture() {
            @Override
            public Connection connection() {
                return connection;
            }

            @Override
            public void flush() {}
        };
    }

    @Override
    public void confirm(Connection on, Collection<BranchKey> keys) throws SQLException {
        for (BranchKey key : keys) {
            Images images = images(on, key);
            forget(on, key, images);
        }
    }

    @Override
    public void cancel(Connection on, BranchKey key) throws SQLException {
        Images all = images(on, key);
        List<Image> order = new ArrayList<>(all.images());
        if (!rules.lack(Rule.UNDO_ORDER)) {
            java.util.Collections.reverse(order);
        }
        for (Image each : order) {
            Account now =
                    Rows.lock(on, Rows.ACCOUNT, each.account(), Account.class)
                            .orElse(new Account(0, 0));
            if (!now.equals(each.after()) && !rules.lack(Rule.DIRTY_ROW)) {
                throw new DirtyRowException(
                        "%s is %s (expected: %s)".formatted(each.account(), now, each.after()),
                        "set %s to %s".formatted(each.account(), each.before()));
            }
            Rows.put(on, Rows.ACCOUNT, each.account(), each.before());
        }
        for (long effect : all.effects()) {
            Rows.delete(on, Rows.EFFECT, effect);
        }
        forget(on, key, all);
    }

    private static Images images(Connection on, BranchKey key) throws SQLException {
        return Rows.lock(on, Rows.UNDO, key, Images.class).orElse(new Images(List.of(), List.of()));
    }

    private void forget(Connection on, BranchKey key, Images images) throws SQLException {
        if (!images.images().isEmpty()) {
            if (!rules.lack(Rule.SQL_LOCKS)) {
                Rows.delete(on, Rows.LOCK, images.images().get(0).account());
            }
            Rows.delete(on, Rows.UNDO, key);
        }
    }
}
