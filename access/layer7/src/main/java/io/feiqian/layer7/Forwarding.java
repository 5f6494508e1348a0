package io.feiqian.layer7;

import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.StickyConfig;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is changed in heads on their way: what is for one hop goes, what backends need comes. */
final class Forwarding {
    private static final byte[] HOST = Bytes.ascii("host");
    private static final byte[] FOR = Bytes.ascii("x-forwarded-for");
    private static final byte[] PROTO = Bytes.ascii("x-forwarded-proto");
    private static final byte[] FORWARDED = Bytes.ascii("forwarded");
    private static final byte[] TRACEPARENT = Bytes.ascii("traceparent");
    private static final byte[] DATE = Bytes.ascii("date");
    private static final byte[] CACHE = Bytes.ascii("cache-control");
    private static final byte[] NO_STORE = Bytes.ascii("no-store");

    private static final byte[] CELL = Bytes.ascii(CellAim.CELL.toLowerCase(Locale.ROOT));
    private static final byte[] SLOT = Bytes.ascii(CellAim.SLOT.toLowerCase(Locale.ROOT));
    private static final byte[] EPOCH = Bytes.ascii(CellAim.EPOCH.toLowerCase(Locale.ROOT));
    private static final byte[] FLOW = Bytes.ascii(CellAim.FLOW.toLowerCase(Locale.ROOT));

    private static final int SLOT_DIGITS = 4;

    private Forwarding() {}

    /** Takes out what is for one hop only, and what Connection names. */
    static void hopByHop(Head head) {
        int many = head.fields();
        for (int i = 0; i < many; i++) {
            if (head.known(i) == Known.CONNECTION && Requests.Tokens.namesFields(head, i)) {
                Requests.Tokens.dropNamed(head, i);
            }
        }
        for (int i = 0; i < many; i++) {
            int known = head.known(i);
            if (known > 0 && Known.isHopByHop(known)) {
                head.drop(i);
            }
        }
    }

    /** Makes a request ready for backends; once, before the first attempt. */
    static void request(Head head, Exchange exchange) {
        RoutePlan plan = exchange.plan();
        Peer peer = exchange.peer;
        hopByHop(head);
        if (head.upgrades) {
            WebSockets.say(head);
        }
        if (!head.expectsContinue) {
            head.dropAll(Known.EXPECT);
        }
        forwarded(head, peer);
        if (plan.newPath != null) {
            head.sendTarget(
                    plan.newPath, plan.exact ? head.routeEnd : head.routeStart + plan.path.length);
        }
        if (plan.newHost != null) {
            head.dropAll(Known.HOST);
            head.add(HOST, plan.newHost);
        }
        for (int i = 0; i < plan.removed.size(); i++) {
            head.dropAll(plan.removed.get(i));
        }
        for (int i = 0; i < plan.set.size(); i++) {
            RoutePlan.Setting each = plan.set.get(i);
            head.dropAll(each.name());
            head.add(each.name(), each.varies() ? varied(each, exchange) : each.bytes());
        }
        String span = exchange.judging().traceparent();
        if (!span.isEmpty()) {
            head.dropAll(Known.TRACEPARENT);
            head.add(TRACEPARENT, Bytes.ascii(span));
        }
        cell(head, exchange);
    }

    /**
     * Tells the backend the cell that it is asked as; what anybody else says of it counts for
     * nothing. Makes nothing.
     */
    static void cell(Head head, Exchange exchange) {
        if (exchange.plan().way == null) {
            return;
        }
        dropCell(head);
        CellAim.To aim = exchange.judging().cell().aim();
        if (aim == null) {
            return;
        }
        Bytes text = exchange.worker.scratch;
        add(head, CELL, text.clear().text(aim.cell().toString()));
        if (aim.slot().isPresent()) {
            add(head, SLOT, text.clear().digits(aim.slot().get().number(), SLOT_DIGITS));
        }
        if (aim.epoch().isPresent()) {
            add(head, EPOCH, text.clear().number(aim.epoch().get().number()));
        }
        if (aim.flow().isPresent()) {
            head.dropAll(FLOW);
            add(head, FLOW, text.clear().text(aim.flow().get()));
        }
    }

    private static void add(Head head, byte[] name, Bytes value) {
        head.add(name, value.array, value.length);
    }

    /** Takes out what only the way in says to backends (D5.5-0). */
    private static void dropCell(Head head) {
        head.dropAll(CELL);
        head.dropAll(SLOT);
        head.dropAll(EPOCH);
    }

    private static void forwarded(Head head, Peer peer) {
        boolean protoSaid = false;
        int many = head.fields();
        Bytes chain = null;
        for (int i = 0; i < many; i++) {
            switch (head.known(i)) {
                case Known.X_FORWARDED_FOR -> {
                    if (peer.isTrusted()) {
                        chain = chain == null ? new Bytes() : chain;
                        chain.put(head.bytes, head.valueStart(i), head.valueEnd(i));
                        chain.put(',').put(' ');
                    }
                    head.drop(i);
                }
                case Known.X_FORWARDED_PROTO -> {
                    if (peer.isTrusted()) {
                        protoSaid = true;
                    } else {
                        head.drop(i);
                    }
                }
                case Known.X_FORWARDED_HOST, Known.X_REAL_IP -> {
                    if (!peer.isTrusted()) {
                        head.drop(i);
                    }
                }
                case Known.FORWARDED -> {
                    if (peer.isTrusted()) {
                        String said = head.value(i);
                        head.drop(i);
                        head.add(FORWARDED, Bytes.ascii(said + ", " + element(peer)));
                    } else {
                        head.drop(i);
                    }
                }
                default -> {}
            }
        }
        if (chain == null) {
            head.add(FOR, peer.address());
        } else {
            chain.put(peer.address());
            head.add(FOR, chain.array, chain.length);
        }
        if (!protoSaid) {
            head.add(PROTO, peer.scheme());
        }
    }

    private static String element(Peer peer) {
        String address = new String(peer.address(), java.nio.charset.StandardCharsets.US_ASCII);
        return "for="
                + (address.contains(":") ? "\"[" + address + "]\"" : address)
                + ";proto="
                + new String(peer.scheme(), java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Whatever a caller is called, it makes no second line. */
    private static byte[] varied(RoutePlan.Setting setting, Exchange exchange) {
        String caller = exchange.caller().name().replaceAll("[^ -~]", "?");
        return Bytes.ascii(
                setting.value()
                        .replace("{client}", exchange.from().address().getHostAddress())
                        .replace("{caller}", caller));
    }

    /** Makes a backend's answer ready for the client. */
    static void answer(Head head, Exchange exchange) {
        RoutePlan plan = exchange.plan();
        hopByHop(head);
        head.close = false;
        if (head.status == 204) {
            head.dropAll(Known.CONTENT_LENGTH);
        }
        for (int i = 0; i < plan.removedFromAnswer.size(); i++) {
            head.dropAll(plan.removedFromAnswer.get(i));
        }
        for (int i = 0; i < plan.setInAnswer.size(); i++) {
            RoutePlan.Setting each = plan.setInAnswer.get(i);
            head.dropAll(each.name());
            head.add(each.name(), each.varies() ? varied(each, exchange) : each.bytes());
        }
        Map<String, String> more = exchange.answerHeaders();
        if (!more.isEmpty()) {
            more.forEach((name, value) -> set(head, name, value));
        }
        exchange.judging().cell().answerHeaders(head);
        PoolRun pool = exchange.attempts().pool();
        if (pool != null && pool.config().sticky().by() == StickyConfig.By.COOKIE) {
            Sticky.set(head, exchange, pool);
        }
    }

    /** An answer that the gateway gives itself, as a head. */
    static void own(
            Head head, HttpAnswer answer, int length, Map<String, String> more, byte[] date) {
        head.answer(answer.status());
        head.close = answer.close();
        head.add(DATE, date);
        if (answer.status() != 204 && answer.status() != 304) {
            head.addText("content-length", Integer.toString(length));
        }
        if (!answer.contentType().isEmpty()) {
            head.addText("content-type", clean(answer.contentType()));
            head.add(CACHE, NO_STORE);
        }
        for (Map<String, String> each : List.of(answer.headers(), more)) {
            each.forEach((name, value) -> set(head, name, value));
        }
        head.bodyLength = length;
    }

    /** Sets a header of an answer; Set-Cookie and Vary may stand more than once. */
    static void set(Head head, String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.equals("set-cookie") && !lower.equals("vary")) {
            head.dropAll(Bytes.ascii(lower));
        }
        head.addText(lower, clean(value));
    }

    private static String clean(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > 0xff || c == 0x7f) {
                return value.replaceAll("[^ -~]", "?");
            }
        }
        return value;
    }
}
