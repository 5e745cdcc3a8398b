@echo off
rem Runs Maven, and fetches it first where there is none. The Windows twin of mvnw: see there.
rem No delayed expansion and no values inside parentheses: a path may hold "!", "(" or ")".
setlocal EnableExtensions DisableDelayedExpansion

set "MVNW_WRAPPER=%~dp0.mvn\wrapper"
set "MVNW_WRONG=cannot read .mvn\wrapper\maven-wrapper.properties"
if not exist "%MVNW_WRAPPER%\maven-wrapper.properties" goto fail
set "MVNW_distributionVersion="
set "MVNW_distributionUrl="
set "MVNW_distributionSha512Sum="
for /f "usebackq eol=# tokens=1,* delims==" %%a in ("%MVNW_WRAPPER%\maven-wrapper.properties") do set "MVNW_%%a=%%b"
set "MVNW_WRONG=distributionVersion is missing in .mvn\wrapper\maven-wrapper.properties"
if not defined MVNW_distributionVersion goto fail

rem --- the JDK
set "MVNW_JAVA=java.exe"
set "MVNW_WRONG=no JDK found: install JDK 17 or newer, or set JAVA_HOME"
if not defined JAVA_HOME goto java
set "MVNW_JAVA=%JAVA_HOME%\bin\java.exe"
set "MVNW_WRONG=JAVA_HOME is not a JDK: "%JAVA_HOME%""
:java
"%MVNW_JAVA%" -version >nul 2>&1
if errorlevel 1 goto fail
set "MVNW_FOUND="
for /f "tokens=2,3" %%a in ('^""%MVNW_JAVA%" -version 2^>^&1^"') do if "%%a"=="version" set "MVNW_FOUND=%%~b"
set "MVNW_FEATURE=0"
if defined MVNW_FOUND for /f "delims=.-+" %%a in ("%MVNW_FOUND%") do set "MVNW_FEATURE=%%a"
set "MVNW_WRONG=JDK 17 or newer is needed, this one says "%MVNW_FOUND%""
if %MVNW_FEATURE% LSS 17 goto fail
if %MVNW_FEATURE% GEQ 24 set "MAVEN_OPTS=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow %MAVEN_OPTS%"

rem --- Maven
set "MVNW_USER_HOME=%USERPROFILE%\.m2"
if defined MAVEN_USER_HOME set "MVNW_USER_HOME=%MAVEN_USER_HOME%"
set "MVNW_DISTS=%MVNW_USER_HOME%\wrapper\dists\apache-maven-%MVNW_distributionVersion%"
set "MVNW_MAVEN="
for /d %%d in ("%MVNW_DISTS%-bin\*") do if exist "%%d\apache-maven-%MVNW_distributionVersion%\bin\mvn.cmd" set "MVNW_MAVEN=%%d\apache-maven-%MVNW_distributionVersion%\bin\mvn.cmd"
for /d %%d in ("%MVNW_DISTS%\*") do if exist "%%d\bin\mvn.cmd" set "MVNW_MAVEN=%%d\bin\mvn.cmd"
if defined MVNW_MAVEN goto run

set "MVNW_URL=%MVNW_distributionUrl%"
if not defined MVNW_REPOURL goto fetch
if "%MVNW_REPOURL:~-1%"=="/" set "MVNW_REPOURL=%MVNW_REPOURL:~0,-1%"
set "MVNW_URL=%MVNW_REPOURL%/org/apache/maven/apache-maven/%MVNW_distributionVersion%/apache-maven-%MVNW_distributionVersion%-bin.zip"
:fetch
"%MVNW_JAVA%" %MAVEN_OPTS% "%MVNW_WRAPPER%\FetchMaven.java" "%MVNW_URL%" "%MVNW_distributionSha512Sum%" "%MVNW_DISTS%\fetched"
if errorlevel 1 exit /b 1
set "MVNW_MAVEN=%MVNW_DISTS%\fetched\bin\mvn.cmd"
set "MVNW_WRONG=no Maven below "%MVNW_DISTS%" after fetching it"
if not exist "%MVNW_MAVEN%" goto fail

rem --- the run; what the quickstart finds wrong is no failed build: it writes its exit code to a file
:run
set "QUICKSTART_EXIT_FILE=%~dp0examples\target\quickstart-%RANDOM%%RANDOM%.exit"
if exist "%QUICKSTART_EXIT_FILE%" del /q "%QUICKSTART_EXIT_FILE%"
call "%MVNW_MAVEN%" -Dquickstart.fullHeapCode=3 %*
set "MVNW_CODE=%ERRORLEVEL%"
if not "%MVNW_CODE%"=="0" exit /b %MVNW_CODE%
if exist "%QUICKSTART_EXIT_FILE%" set /p MVNW_CODE=<"%QUICKSTART_EXIT_FILE%"
if exist "%QUICKSTART_EXIT_FILE%" del /q "%QUICKSTART_EXIT_FILE%"
if not "%MVNW_CODE%"=="3" exit /b %MVNW_CODE%
>&2 echo quickstart: the heap is full; give fewer or smaller messages, one --provider, or a larger heap: -Dquickstart.jvmArgs=-Xmx4g
exit /b 1

:fail
>&2 echo mvnw: %MVNW_WRONG%
exit /b 1
