package io.feiqian.realdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainBooksTest {
    private static final String HEADER =
            "\"trans_id\";\"account_id\";\"date\";\"type\";\"operation\";\"amount\";\"balance\";"
                    + "\"k_symbol\";\"bank\";\"account\"\n";

    @TempDir private Path folder;

    @Test
    void addsCreditsAndTakesDebitsByDay() throws IOException {
        Path file =
                write(
                        List.of(
                                "1;7;930102;\"PRIJEM\";\"VKLAD\";700.00;700.00;\"\";;",
                                "2;7;930102;\"VYDAJ\";\"VYBER\";0.10;699.9;\"\";;",
                                "3;7;930105;\"VYBER\";\"VYBER\";99.90;600.00;\" \";\"\";0"));
        PlainBooks books = PlainBooks.of(List.of(file));
        List<PlainBooks.Day> days =
                books.days().values().stream().flatMap(all -> all.values().stream()).toList();
        assertThat(days.get(0).closing()).isEqualByComparingTo("699.90");
        assertThat(days.get(1).closing()).isEqualByComparingTo("600");
        assertThat(days.get(1).distance()).isEqualByComparingTo("0");
    }

    @Test
    void knowsTheFiguresOfTheYear1993() throws IOException {
        Path file = RealFolder.orSkip().resolve("trans_1993.asc");
        PlainBooks books = PlainBooks.of(List.of(file));
        List<BigDecimal> distances =
                books.days().values().stream()
                        .flatMap(days -> days.values().stream())
                        .map(PlainBooks.Day::distance)
                        .toList();
        assertThat(books.days()).hasSize(1_139);
        assertThat(books.accountDays()).isEqualTo(23_440);
        assertThat(distances.stream().filter(each -> each.signum() == 0)).hasSize(15_290);
        assertThat(distances.stream().reduce(BigDecimal::max).orElseThrow())
                .isEqualByComparingTo("0.60");
        assertThat(books.closingSum()).isEqualByComparingTo("36575946.10");
    }

    @Test
    void showsThatAnySingleRowIsMissing() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            rows.add("%d;%d;9301%02d;\"PRIJEM\";\"VKLAD\";5.00;1.00;\"\";;".formatted(i, i % 3, i));
        }
        BigDecimal whole = PlainBooks.of(List.of(write(rows))).closingSum();
        for (int i = 0; i < rows.size(); i++) {
            List<String> without = new ArrayList<>(rows);
            without.remove(i);
            assertThat(PlainBooks.of(List.of(write(without))).closingSum())
                    .isNotEqualByComparingTo(whole);
        }
    }

    private Path write(List<String> rows) throws IOException {
        return Files.writeString(
                folder.resolve("trans_test.asc"), HEADER + String.join("\n", rows) + "\n");
    }
}
