package io.feiqian.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.StreamSupport;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A real browser, without a window, that somebody uses at 1280 by 900 pixels. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChromeDriver driver;
    private final String site;

    Browser(String site) {
        this.site = site;
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--lang=en",
                "--window-size=1280,900");
        options.setCapability("goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL"));
        driver =
                new ChromeDriver(
                        new ChromeDriverService.Builder()
                                .usingDriverExecutable(DRIVER.toFile())
                                .usingAnyFreePort()
                                .build(),
                        options);
    }

    /** Whether this machine has one. */
    static boolean isThere() {
        return Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER);
    }

    void open(String path) {
        driver.get(site + path);
    }

    String text() {
        // The page may be replaced between finding its body and reading it.
        return new WebDriverWait(driver, PATIENCE)
                .ignoring(WebDriverException.class)
                .until(_ -> driver.findElement(By.tagName("body")).getText());
    }

    /** Waits until the page says this. */
    void waitFor(String text) {
        waitFor(text, () -> {});
    }

    /** The same of a page that has to be asked for anew. */
    void waitForAnew(String text) {
        waitFor(text, driver.navigate()::refresh);
    }

    /**
     * Asks for the page anew until what it says passes, since parts of it come from other processes
     * at their time.
     */
    void waitUntilAnew(Consumer<String> passes) {
        var why = new AtomicReference<AssertionError>();
        try {
            var _ =
                    new WebDriverWait(driver, PATIENCE)
                            .until(_ -> {
                                try {
                                    passes.accept(text());
                                    return true;
                                } catch (AssertionError notYet) {
                                    why.set(notYet);
                                    driver.navigate().refresh();
                                    return false;
                                }
                            });
        } catch (TimeoutException never) {
            throw why.get();
        }
    }

    private void waitFor(String text, Runnable between) {
        try {
            var _ =
                    new WebDriverWait(driver, PATIENCE)
                            .ignoring(StaleElementReferenceException.class)
                            .until(_ -> {
                                boolean said = text().contains(text);
                                if (!said) {
                                    between.run();
                                }
                                return said;
                            });
        } catch (TimeoutException never) {
            throw new AssertionError("the page never says: " + text + "; but: " + text(), never);
        }
    }

    void fill(String name, String value) {
        WebElement field = visible(By.name(name));
        field.clear();
        field.sendKeys(value);
    }

    /** Fills the last of the fields of this name that are shown. */
    void fillLast(String name, String value) {
        List<WebElement> shown =
                driver.findElements(By.name(name)).stream()
                        .filter(WebElement::isDisplayed)
                        .toList();
        shown.getLast().sendKeys(value);
    }

    /** Fills the field of this name that is shown within a section. */
    void fillShown(String section, String name, String value) {
        WebElement field = visible(By.cssSelector("#" + section + " [name=" + name + "]"));
        field.clear();
        field.sendKeys(value);
    }

    /** Ticks a box. */
    void tick(String label) {
        visible(By.xpath("//label[normalize-space()='" + label + "']/input")).click();
    }

    void choose(String name, String value) {
        visible(By.cssSelector("select[name=" + name + "] option[value=" + value + "]")).click();
    }

    /** Presses a button and waits for the page that answers. */
    void press(String label) {
        leaveBy(By.xpath("//button[normalize-space()='" + label + "']"));
    }

    void follow(String label) {
        leaveBy(By.partialLinkText(label));
    }

    /** Follows the first link to an address that begins like this. */
    void followTo(String address) {
        leaveBy(By.cssSelector("a[href^='" + address + "']"));
    }

    /** A click alone may return before the page it asks for is there. */
    private void leaveBy(By by) {
        driver.executeScript("window.left = true");
        visible(by).click();
        var _ =
                new WebDriverWait(driver, PATIENCE)
                        .until(_ ->
                                driver.executeScript(
                                        "return !window.left"
                                                + " && document.readyState === 'complete'"));
    }

    void openDetails(String label) {
        visible(By.xpath("//summary[normalize-space()='" + label + "']")).click();
    }

    /** Signs in with the keyboard alone. */
    void signIn(String name, String password) {
        driver.manage().deleteAllCookies();
        open("/sign-in");
        focused("text").sendKeys(name, Keys.TAB);
        focused("password").sendKeys(password, Keys.ENTER);
        waitFor("Sign out");
    }

    /** The field that takes what is typed, once it is one of this type: a busy machine is slow. */
    private WebElement focused(String type) {
        return new WebDriverWait(driver, PATIENCE)
                .until(_ -> {
                    WebElement active = driver.switchTo().activeElement();
                    return type.equals(active.getDomProperty("type")) ? active : null;
                });
    }

    /** Chooses a password where the page asks for one. */
    void choosePassword(String old, String chosen) {
        fill("old", old);
        fill("new", chosen);
        fill("again", chosen);
        press("Change");
        waitFor("The password was changed");
    }

    /** Whether the page fits the window. */
    boolean fits() {
        return Boolean.TRUE.equals(
                driver.executeScript(
                        "return document.documentElement.scrollWidth"
                                + " <= document.documentElement.clientWidth"));
    }

    /** What went wrong in the browser since it was asked last. */
    List<String> faults() {
        return StreamSupport.stream(
                        driver.manage().logs().get(LogType.BROWSER).spliterator(), false)
                .filter(each -> each.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Keeps a picture of the page as build output. */
    void keepPicture(String name) {
        try {
            Files.createDirectories(PICTURES);
            Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private WebElement visible(By by) {
        return new WebDriverWait(driver, PATIENCE)
                .until(_ ->
                        driver.findElements(by).stream()
                                .filter(WebElement::isDisplayed)
                                .findFirst()
                                .orElse(null));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
