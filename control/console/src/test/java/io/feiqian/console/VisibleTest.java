package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Characters that would change how a page around them is shown. */
final class VisibleTest {
    @Test
    void whatMisleadsIsShownAsOneThatIsNone() {
        assertThat(Visible.visible("a\u202Eb\u2066c\u200Fd\u061Ce\u0000f\u001B[31mg\u0085h\u007F"))
                .isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\uFFFD[31mg\uFFFDh\uFFFD");
    }

    @Test
    void everythingElseStaysAsItIs() {
        String plain = "Zürich 飞钱 🦊 O'Hara <b>\n\r\t שלום \u00A0 e\u0301";
        assertThat(Visible.visible(plain)).isSameAs(plain);
    }

    @Test
    void aPartOfATextIsMadeVisibleToo() throws Exception {
        Visible page = new Visible();
        page.writeContent("x\u202Ey", 1, 3);
        page.writeContent("z");
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        page.bytes().writeTo(written);
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("\uFFFDyz");
    }
}
