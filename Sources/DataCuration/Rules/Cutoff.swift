// An assistant that tells where its knowledge ends, or that it sees nothing newer.

enum Cutoff: Rule {
    static let name = "cutoff"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        if scene.isAboutPerson { return .mention }
        return own ? .cutoff : .quoteOrFiction
    }

    static func cut(_ scene: Scene) -> Finding.Cut? { scene.leadingClause(from: Self.clauseStarts) }

    /// Clauses that stand before a statement of fact: "As of my last update in September 2021, …".
    private static let clauseStarts = WordSet(
        """
        as based according up au jusqu selon stand nach soweit hasta según a fino secondo até conforme volgens per na до по
        на 截至 截止 根据 以 私 제 حتى وفق
        """)

    static let macros: [String: String] = [
        "mine": """
        my knowledge|my training|my training data|my data|my information|my database|my dataset|my knowledge base|\
        my last update|my last training|my last knowledge update|my latest update|my latest training|my sources|\
        my programming|my knowledge database|my training set|my most recent update|my current knowledge|\
        my most recent training|my corpus|my memory|my model
        """
    ]

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                "+((as of|up to|until|since|after|before|by|at the time of|prior to|beyond|past|at) my) [own] ~2 ((last|latest|current|most recent) (update|training|knowledge|cutoff)|knowledge|training|cutoff)",
                """
                +({mine}) ~5 (cutoff|cut off|cut-off|ends|ended|end|stops|stopped|limited|extends|only goes|goes|was last updated|\
                last updated|current as of|is current|was current|only covers|covers|includes|only includes|dates|frozen|\
                only extends|updated|stop|is from|comes from|reaches|only reach|is up to|is only|was completed|may be outdated|\
                outdated|is fixed|out of date) !(my|by me)
                """,
                "+(my (knowledge cutoff|cutoff|cut off|cut-off|training cutoff|knowledge cut off|knowledge cut-off|training data cutoff))",
                "+(knowledge cutoff|knowledge cut off|knowledge cut-off|training cutoff|training cut off|training cut-off|data cutoff|cutoff date|cut off date|cut-off date) ~4 (is|was|of|in|date|september|october|january|april|june|march|december|2021|2022|2023|2024|i)",
                "(my|i was|i am|i'm|i) ~6 +(training data|data i was trained|was trained|been trained|am trained|i'm trained|only trained) ~6 (up to|until|up until|through|before) ~3 (2019|2020|2021|2022|2023|2024|2025|that|january|april|june|september|october|december|early|late|a certain)",
                "(i was|i'm) ~2 +(last updated|last trained|most recently updated|only trained|only updated)",
                """
                i (don't|do not|can't|cannot|lack|have no|am unable to|'m unable to|won't|am not able to|'m not able to|\
                couldn't|could not|do not currently|don't currently) ~5 \
                +(real-time|real time|realtime|up-to-date|up to date|live data|live information|current events|current data|\
                current information|latest information|most recent|latest news|latest data|recent events|recent information|\
                live updates|latest updates|live scores|live feed|live prices|recent news|recent developments)
                """,
                "+(i (know|have knowledge|have information|have data|have no knowledge|have no information|have no data)) ~3 (about|of|on) ~4 (after|beyond|past|since) ~3 (2019|2020|2021|2022|2023|2024|my|that|cutoff|september|this date)",
                "+(i (don't|do not|cannot|can't|have no|may not|might not|wouldn't)) ~10 (after|beyond|since|past) ~3 (september 2021|2021|2022|2023|2024|my knowledge|my training|my last|that date|my cutoff)",
                "+((without|no|lack|lacking) (real-time|real time|up-to-date|live)) ~2 (access|data|information|updates) ~6 (i|my)",
                "+((real-time|real time|live) (data|information|updates|access|news)) ~6 (not|isn't|unavailable) ~5 (me|my|i)",
                "(events|developments|changes|news|anything|information|updates) ~5 +((after|since|beyond|past) (my|september 2021))",
                "(last|latest) +(knowledge update|training update|knowledge cutoff|training cutoff|training data) (in|was|of|from)",
                "+(my (last update|latest update|most recent update|last training|latest training|last knowledge update|last training update|last data update))",
                "(i'm|i am) +(only aware|only familiar|not aware|only current|not up to date|not up-to-date) ~4 (up to|until|of) ~8 (2021|2022|2023|2024|events|recent|date)",
                "+(my (knowledge|information|training data|data)) ~3 (limited to|only up to|only goes up to|up to|until|through|stops at|stops in|ends in|ends at|as of|may not be|might not be) ~4",
                "+(as of september 2021|as of 2021|as of my|as of early 2022) ~12 (i|my)",
                "+(i (don't|do not) have) (internet access|access to the internet|access to current|access to real|access to live|access to up|access to recent|access to the latest)",
            ]
        ),
        (
            "fr",
            [
                "(mes|ma|mon) ~2 +(connaissances|données d'entraînement|base de connaissances|données|entraînement|formation|dernière mise à jour|savoir|apprentissage|informations) ~6 (s'arrêtent|s'arrête|jusqu'|jusqu'en|limitées|limitée|datent|date|remonte|remontent|vont|arrêtées|à jour|arrêté|s'étendent|de|en|figées|couvrent|s'étend|ne|terminée)",
                "+(dernière mise à jour|date de coupure|date limite de connaissances|date de fin d'entraînement|ma dernière formation) ~6",
                "je (n'ai|ne dispose|ne peux|ne possède) ~6 +(temps réel|actualisées|à jour|récentes|actuelles|en direct|récents|actualité|dernières)",
                "+(connaissances) ~4 (s'arrêtent|arrêtées|limitées|jusqu'en|jusqu'à|datent)",
            ]
        ),
        (
            "de",
            [
                "(mein|meine|meiner|meinem|meines|meinen) ~2 +(wissen|wissensstand|trainingsdaten|kenntnisse|wissensstandes|kenntnisstand|letzten update|letztes update|wissens|datenstand|letzten aktualisierung|letzte aktualisierung|datenbasis)",
                "+(wissensstand|wissensstichtag|trainingsstand|trainingsdaten|kenntnisstand|stichtag) ~6 (2021|2022|2023|2024|september|ich|mein|ist|endet|reicht)",
                "(ich|mir) ~3 (habe|kann|besitze|verfüge|fehlt|fehlen) ~5 (kein|keine|keinen|nicht|leider) ~4 +(echtzeit*|aktuelle*|aktuellen|neueste|neuesten|live daten|tagesaktuell*)",
                "(keinen|keine|kein) ~2 +(echtzeit*|zugriff auf aktuelle|zugang zu aktuellen|aktuellen daten|zugriff auf echtzeit*|zugriff auf das internet|live daten) ~8",
            ]
        ),
        (
            "es",
            [
                "(mi|mis) ~2 +(conocimiento|conocimientos|datos de entrenamiento|entrenamiento|última actualización|información|base de datos|datos|fecha de corte|corte) ~7 (llega|llegan|hasta|limita|limitado|limitada|corte|actualizado|actualizada|actualización|termina|terminan|en|acaba|abarca|abarcan|cubre|no|se|finaliza|es)",
                "+(fecha de corte|corte de conocimiento|última actualización de mis|fecha límite de conocimiento|mi última actualización)",
                "no (tengo|dispongo|puedo|cuento) ~7 +(tiempo real|actualizada|actualizados|recientes|actuales|en vivo|última hora|actualizado|reciente|en directo)",
            ]
        ),
        (
            "it",
            [
                "(mie|mia|mio|miei|mi) ~2 +(conoscenze|conoscenza|dati di addestramento|addestramento|ultimo aggiornamento|informazioni|dati|aggiornamento|sapere) ~7 (ferma|fermano|fino|aggiornate|aggiornata|limitate|limitata|arrivano|risalgono|è|sono|si|al|risale|terminano|arriva|aggiornati|coprono|non|di|a)",
                "+(data di cutoff|data limite|ultimo aggiornamento delle mie|mio ultimo aggiornamento|cut off delle mie)",
                "non (ho|dispongo|posso|sono) ~7 +(tempo reale|aggiornate|aggiornati|recenti|attuali|diretta|in diretta|ultime notizie)",
            ]
        ),
        (
            "pt",
            [
                "(meu|meus|minha|minhas) ~2 +(conhecimento|conhecimentos|dados de treinamento|treinamento|última atualização|informações|dados|base de dados|treino|dados de treino|atualização|base de conhecimento) ~7 (vai|vão|até|limita|limitado|limitadas|corte|atualizado|atualizadas|termina|terminam|em|foi|para|param|só|é|cobre|de|não|se|parou|foram|estende)",
                "+(data de corte|corte de conhecimento|minha última atualização|meu último treinamento|data limite de conhecimento)",
                "não (tenho|disponho|posso|consigo|possuo) ~7 +(tempo real|atualizadas|atualizados|recentes|atuais|ao vivo|em direto)",
            ]
        ),
        (
            "nl",
            [
                "(mijn) ~2 +(kennis|trainingsdata|trainingsgegevens|laatste update|kennisbestand|trainingsperiode|kennisgrens|kennisbasis) ~7 (tot|gaat|loopt|eindigt|stopt|beperkt|bijgewerkt|reikt|van|in|is|dateert|houdt|bevat|zijn)",
                "+(kennisgrens|afkapdatum|laatste kennisupdate|mijn laatste update|afsluitdatum|peildatum)",
                "(ik) ~2 (heb|kan|beschik) ~3 (geen|niet) ~4 +(realtime|actuele|recente|nieuwste)",
            ]
        ),
        (
            "pl",
            [
                "(moja|moje|mojej|moich|mojego|mój) ~2 +(wiedza|wiedzy|dane treningowe|dane|danych treningowych|ostatniej aktualizacji|informacje|ostatnia aktualizacja|baza wiedzy|trening|szkolenie|danych) ~7",
                "+(data odcięcia|daty odcięcia|ostatniej aktualizacji mojej|odcięcia wiedzy|data graniczna)",
                "(nie mam|nie posiadam|nie mogę|brak mi|nie dysponuję) ~6 +(czasie rzeczywistym|aktualnych|bieżących|najnowszych|na żywo|aktualnymi|internetu|bieżąco|czasu rzeczywistego)",
            ]
        ),
        (
            "ru",
            [
                "(мои|моя|моих|моей|мне|моё|моего|моем) ~2 +(знания|знаний|данные|база знаний|базы знаний|обучающие данные|обучение|последнего обновления|последнее обновление|информация|обучающих данных|обучения|данных|обновления|база данных) ~7",
                "+(дата отсечения|дату отсечки|отсечка знаний|последнего обновления моих|дата отсечки|граница знаний)",
                "(не имею|нет|не располагаю|не могу|не обладаю|не получаю) ~6 +(реальном времени|реального времени|актуальн*|свежи*|текущи*|последни*|интернет*|новейш*)",
                "+(знания) ~3 (ограничен*|заканчива*|обрыва*|актуальны|действительны|доходят)",
            ]
        ),
        (
            "zh",
            [
                "我 的 ~3 +(知识|训练数据|数据|信息|知识库|训练|更新|资料|训练资料|数据库) ~8 (截止|截至|更新|到|停留|为止|限于|只|止于|止|仅|并不|未包含)",
                "+(知识截止|知识库截止|训练数据截止|知识截止日期|知识更新|训练截止|数据截止|知识库更新到|知识截至|训练数据截至|知识库截至|最后一次更新|训练资料截止|知识库只更新到|知识更新到)",
                "(我|目前) ~6 (无法|没有|不能|没办法|不具备|未) ~8 +(实时|最新|联网|即时|当前的|时事|最近的|现时)",
            ]
        ),
        (
            "ja",
            [
                "(私|わたし|僕) の ~4 +(知識|学習データ|訓練データ|データ|情報|トレーニングデータ|学習) ~14 (まで|時点|カットオフ|更新|止まっ|限ら|以降|現在|基づ|古い)",
                "+(知識のカットオフ|知識カットオフ|学習データは|カットオフ|学習データの期限|知識は|最終更新|学習時点)",
                "+(リアルタイム|最新の情報|最新情報|最新のデータ|現在の情報|最新のニュース|インターネット) ~16 (できません|ありません|持っていません|おりません|できない|持ち合わせて|わかりません|ません)",
            ]
        ),
        (
            "ko",
            [
                "(제|저의|내|저는|제가) ~6 +(지식|학습 데이터|훈련 데이터|데이터|정보|학습|업데이트) ~14 (까지|기준|시점|이후|업데이트|제한|한정|머물)",
                "+(지식 컷오프|학습 데이터는|마지막 업데이트|지식은|지식 기준일|학습 시점|컷오프|지식이|훈련 데이터는|최종 업데이트)",
                "+(실시간|최신 정보|최신 데이터|최신 뉴스|현재 정보|인터넷|최신 소식) ~18 (없습니다|못합니다|어렵습니다|않습니다|불가능|없어요|못해요|수 없|없는)",
            ]
        ),
        (
            "ar",
            [
                "+(معرفتي|معلوماتي|بياناتي|بيانات تدريبي|تدريبي|تحديثي|آخر تحديث لي|معارفي|بيانات التدريب|آخر تحديث|قاعدة معرفتي|تحديث معرفتي|تحديث لمعلوماتي) ~8 (حتى|تتوقف|تنتهي|عند|توقفت|محدودة|إلى|لا|في|تقتصر|لبيانات|كان|تمتد|لدي|انتهت|محدثة)",
                "(لا أملك|ليس لدي|لا يمكنني|لا أستطيع|لا تتوفر لدي|لا أمتلك|لا تتوفر) ~6 +(الوقت الفعلي|الوقت الحقيقي|المباشرة|الحالية|الحديثة|مباشرة|اللحظية|الإنترنت|المحدثة|فورية|محدثة|الآنية|لحظية|آنية)",
            ]
        ),
    ]
}
