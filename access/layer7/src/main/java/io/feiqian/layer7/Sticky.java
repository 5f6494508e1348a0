package io.feiqian.layer7;

import io.feiqian.balancing.Member;
import io.feiqian.proxy.Backend;
import io.feiqian.proxy.StickyConfig;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What keeps a client at its backend (P6.1.3-h): a cookie names it, without telling its name. */
final class Sticky {
    private Sticky() {}

    /** Whom the request's cookie names; null for nobody. */
    static @Nullable Predicate<Member<Backend>> wanted(PoolRun pool, Head request) {
        StickyConfig sticky = pool.config().sticky();
        if (sticky.by() != StickyConfig.By.COOKIE) {
            return null;
        }
        String value = cookie(request, sticky.cookie());
        return value.isEmpty() ? null : member -> token(member).equals(value);
    }

    /** Whether the request's cookie names a backend of this pool that takes it. */
    static boolean isKept(PoolRun pool, Head request) {
        Predicate<Member<Backend>> wanted = wanted(pool, request);
        if (wanted == null || !pool.isServed()) {
            return false;
        }
        List<Member<Backend>> members = pool.backends().members();
        for (int i = 0; i < members.size(); i++) {
            if (wanted.test(members.get(i)) && pool.backends().takesNew(members.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Gives the client its cookie, where it has another one or none. */
    static void set(Head answer, Exchange exchange, PoolRun pool) {
        Member<Backend> member = exchange.attempts().member();
        StickyConfig sticky = pool.config().sticky();
        if (member == null) {
            return;
        }
        String token = token(member);
        if (!cookie(exchange.request(), sticky.cookie()).equals(token)) {
            answer.addText(
                    "set-cookie",
                    sticky.cookie()
                            + "="
                            + token
                            + "; Path=/; HttpOnly; SameSite=Lax"
                            + (exchange.peer.client().secure() ? "; Secure" : "")
                            + (sticky.life().isZero()
                                    ? ""
                                    : "; Max-Age=" + sticky.life().toSeconds()));
        }
    }

    private static String token(Member<Backend> member) {
        return Long.toHexString(hash(member.target().pool() + "/" + member.target().name()));
    }

    /** A number that is the text's own, the same in every process. */
    static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
        return hash ^ (hash >>> 32);
    }

    private static String cookie(Head head, String name) {
        for (int i = 0; i < head.fields(); i++) {
            if (head.known(i) != Known.COOKIE) {
                continue;
            }
            for (String each : head.value(i).split(";", -1)) {
                String pair = each.strip();
                if (pair.startsWith(name) && pair.startsWith("=", name.length())) {
                    return pair.substring(name.length() + 1);
                }
            }
        }
        return "";
    }
}
