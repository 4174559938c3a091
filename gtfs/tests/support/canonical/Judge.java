import java.nio.file.Path;
import java.time.LocalDate;
import org.mobilitydata.gtfsvalidator.input.CountryCode;
import org.mobilitydata.gtfsvalidator.runner.ApplicationType;
import org.mobilitydata.gtfsvalidator.runner.ValidationRunner;
import org.mobilitydata.gtfsvalidator.runner.ValidationRunnerConfig;
import org.mobilitydata.gtfsvalidator.util.VersionResolver;

/** Judges a feed: its path, a folder for the report, and the day it is looked at. */
public class Judge {
  public static void main(String[] arguments) throws Exception {
    ValidationRunnerConfig config =
        ValidationRunnerConfig.builder()
            .setGtfsSource(Path.of(arguments[0]).toUri())
            .setOutputDirectory(Path.of(arguments[1]))
            .setNumThreads(1)
            .setCountryCode(CountryCode.forStringOrUnknown("DE"))
            .setDateForValidation(LocalDate.parse(arguments[2]))
            .setPrettyJson(false)
            .setSkipValidatorUpdate(true)
            .build();
    ValidationRunner.Status status =
        new ValidationRunner(new VersionResolver(ApplicationType.CLI)).run(config);
    System.exit(status == ValidationRunner.Status.SUCCESS ? 0 : 1);
  }
}
