package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class TextsTest {
    private static final Pattern PLACE = Pattern.compile("%[sd]");

    @Test
    void bothLanguagesSayEverythingWithTheSamePlaces() {
        Texts english = Texts.in("en");
        Texts chinese = Texts.in("zh");
        assertThat(chinese.keys()).isEqualTo(english.keys());
        for (String key : english.keys()) {
            assertThat(places(chinese, key)).as(key).isEqualTo(places(english, key));
        }
    }

    @Test
    void noKeyIsSaidTwice() throws IOException {
        for (String language : List.of("en", "zh")) {
            try (InputStream file =
                    Texts.class.getResourceAsStream("texts-" + language + ".properties")) {
                assertThat(file).isNotNull();
                List<String> keys =
                        new String(file.readAllBytes(), StandardCharsets.UTF_8)
                                .lines()
                                .map(line -> line.replaceFirst(" *=.*", ""))
                                .toList();
                assertThat(keys).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void theChoiceGoesBeforeWhatTheBrowserPrefers() {
        assertThat(Texts.of(Optional.empty(), "zh-CN,zh;q=0.9").language()).isEqualTo("zh");
        assertThat(Texts.of(Optional.of("en"), "zh-CN").language()).isEqualTo("en");
        assertThat(Texts.of(Optional.of("fr"), "fr").language()).isEqualTo("en");
    }

    private static java.util.List<String> places(Texts texts, String key) {
        return PLACE.matcher(texts.of(key)).results().map(it -> it.group()).toList();
    }
}
