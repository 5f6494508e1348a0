package io.feiqian.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.feiqian.runtime.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a key out of a JSON body costs beside a tree of it; printed, for the books. */
class KeySpeedTest {
    private static final int ROUNDS = 200_000;

    @Test
    void aKeyCostsLittleBesideATree() throws IOException {
        StringBuilder text = new StringBuilder("{\"trace_number\":\"");
        text.append("2".repeat(33)).append("\",\"payee\":{\"account\":\"8000100000000022\"},");
        text.append(
                "\"payer\":{\"account\":\"0100100000000011\"},\"amount\":\"12.50\",\"text\":\"");
        text.append("x".repeat(510 - text.length())).append("\"}");
        byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
        KeyJson key = KeyJson.at("/payer/account");
        KeyParts.Body body = KeyParts.Body.of(json);
        ObjectMapper mapper = new ObjectMapper();
        Clock clock = Clock.system();
        long scanned = 0;
        long treed = 0;
        int length = 0;
        for (int turn = 0; turn < 2; turn++) {
            long begin = clock.nanos();
            for (int i = 0; i < ROUNDS; i++) {
                length += key.find(body).orElseThrow().length();
            }
            long between = clock.nanos();
            for (int i = 0; i < ROUNDS; i++) {
                length += mapper.readTree(json).at("/payer/account").asText().length();
            }
            scanned = (between - begin) / ROUNDS;
            treed = (clock.nanos() - between) / ROUNDS;
        }
        System.out.printf(
                "a key of %d bytes of JSON: %d ns; by a tree: %d ns%n",
                json.length, scanned, treed);
        assertThat(length).isEqualTo(4 * ROUNDS * 16);
        assertThat(scanned).isLessThan(treed);
    }
}
