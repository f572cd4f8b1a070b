// An assistant that says it is another maker's: by name, by maker, by what it runs on.

enum ForeignIdentity: Rule {
    static let name = "foreign-identity"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        // A name that is also a word needs a sign that a machine speaks.
        if scene.names.allSatisfy({ $0.classes == [.ambiguous] }), !scene.speaksOfMachines { return nil }
        // "I was trained at Google" in a curriculum vitae: people have careers, models do not.
        if scene.isAboutPerson { return .mention }
        return own ? .foreignIdentity : .quoteOrFiction
    }

    static let macros: [String: String] = [
        "who": "@product|@ambiguous|@vendor",
        "filler": """
        just|actually|called|named|really|only|indeed|also|still|an instance of|a version of|an iteration of|based on|\
        built on|built on top of|built upon|powered by|running on|a|an|the|in fact|known as|simply|merely|of course|\
        technically|essentially|currently|now|a customized version of|a fine tuned version of|a variant of|here as|\
        basically|actually called|the ai|the assistant|your assistant|the chatbot|the language model|formally|\
        the latest|the new|officially|the ai assistant|the model|good old|your friendly|not human but|in reality|\
        the underlying model|under the hood|part of|better known as|none other than
        """,
        "not_a_person": """
        {profession}|plugin|prompt|account|subscriber|store|app|wrapper|tutorial|conversation|session|alternative|\
        competitor|integration|clone|power|plus|enterprise|based|certified|partner|api|generated|inspired|employee|\
        ads|cloud|docs|sheets|maps|search|analytics|workspace|drive|play|pixel|employees|holder|fanboy|beginner|newbie
        """,
        "built": """
        made|created|built|trained|developed|designed|programmed|engineered|fine tuned|finetuned|pre trained|pretrained|\
        released|maintained|launched|deployed|powered|brought to you|brought to life|coded|conceived
        """,
        "born":
            "created|built|developed|designed|programmed|fine tuned|finetuned|pretrained|born|assembled|engineered",
    ]

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                """
                ({i_am}|this is|my name is|my name's|you can call me|call me|they call me|i go by|i'm actually|\
                you (are|'re) (talking|chatting|speaking) (to|with)|what you're talking to is|under the hood i'm|\
                i happen to be|i was|it's me) [{filler}] [{filler}] [{filler}] (@product|@ambiguous) !({not_a_person})
                """,
                """
                ({i_am}|my name is) [not] (a|an|the|just a|just an|one of) ~6 {machine} ~5 \
                ({built}|called|named|known as|based on|powered by|from|by|of|at) ~5 ({who})
                """,
                "({i_am}|my name is) @vendor s ~4 ({machine}|@product|@ambiguous) !({not_a_person})",
                "({i_am}|i'm actually|i'm just|i'm really) ~2 @vendor ({machine}) !({not_a_person})",
                """
                (i was|i am|i'm|i've been|i have been|was i|i got|me , ) [not] ~2 {built} ~4 (by|thanks to) ~6 ({who})
                """,
                "(i was|i am|i'm|i've been|i have been) [not] ~2 {born} ~3 (at|in|inside|within|from) ~5 (@vendor)",
                """
                (i am|i'm|i was) ~4 (product|creation|brainchild|model|assistant|bot|chatbot|project|work|invention|child|\
                experiment) (of|from|by) ~4 ({who})
                """,
                "({who}) , ~5 ({built}) me",
                "({who}) ~3 ({built}|gave birth to|trains|develops|makes|maintains|runs) me !(to hate)",
                "({who}) , (which|who|that|the company|the lab|the team|the people) ~5 ({built}) me",
                """
                my (creators|creator|developers|developer|makers|maker|programmers|trainers|parent company|owner|builders|\
                parents|designers|engineers|home lab) ~5 (at|is|are|from|being|named|,|as|in) ~3 ({who})
                """,
                "({who}) ~3 (is|are|was) ~2 my (creator|creators|developer|developers|maker|makers|parent company|owner|parents)",
                "(is|are|was|were) {built} by ~3 ({who}) ~3 (i am|i'm) [an|a|just]",
                """
                (team|engineers|researchers|folks|people|scientists|developers|friends|humans|wizards|nerds|company) \
                (at|from|of|over at) ~2 ({who}) ~6 ({built}|gave|taught|shipped|behind) ~2 me
                """,
                "as [the] [an|a] (@product|@ambiguous) , ~4 (i|my|i'm|me)",
                "as [the] [an|a] (@product|@ambiguous) (i|my|i'm)",
                "(being|since i'm|because i'm|because i am|since i am) ~2 (@product|@ambiguous) !({not_a_person})",
                """
                (as|being) (a|an|the|one of) ~7 {machine} ~5 ({built}|from|by|called|named|known as|based on|at) ~5 ({who}) \
                ~12 (i|my|me|i'm)
                """,
                "^ ~2 {built} by ~4 ({who}) ~6 (i|my|i'm)",
                "^ [hi|hello|hey|greetings] ~2 (@product|@ambiguous) (here|speaking|reporting|at your service)",
                "my (name|full name|official name|model name|real name|true name) (is|'s) ~3 (@product|@ambiguous)",
                """
                my (model|architecture|underlying model|base model|underlying architecture|training|core|engine|brain|\
                technology|foundation|weights|neural network|underlying technology) ~3 (is|was|were|comes|come|are|'s) ~6 ({who})
                """,
                """
                (i run on|i'm running on|i am running on|i'm powered by|i am powered by|i'm based on|i am based on|\
                i'm built on|i am built on|i'm built with|i operate on|i work on top of|i use|i'm using|i rely on|i belong to|\
                i come from|i hail from|i'm from|i am from|i'm part of|i am part of) ~5 (@product|@vendor [s] ~3 \
                (model|models|technology|architecture|language model|family|series|api|lab|labs|servers|llm|ecosystem|stack))
                """,
                "i (belong to|come from|hail from|originate from) ~3 (@vendor)",
                "(yes|yep|yeah|correct|right|indeed|exactly) , ~3 {i_am} ~3 (@product|@ambiguous)",
                "(@product|@ambiguous) , (that's me|at your service|nice to meet you|your ai assistant|here)",
                "(that's|it's) me , ~3 (@product|@ambiguous)",
                "we at (@vendor) ~4 trained",
                "my training (at|by) (@vendor)",
                "(@vendor) ~2 (trained|taught|designed|programmed|instructed|built|made|created) me",
                "my (cousin|sibling|brother|sister|predecessor|successor|older sibling)s ~4 (@product) ~8 (@vendor)",
            ]
        ),
        (
            "fr",
            [
                "(je suis|je m'appelle|mon nom est|c'est|ici) [en fait|en realite|bien|simplement|juste|donc|le|l'|un|une|effectivement] [l'assistant|le chatbot|modele] (@product|@ambiguous) !(certifie)",
                "(je suis|étant|en tant que|en tant qu'|comme) ~9 (modèle|assistant|assistante|ia|intelligence|agent|chatbot|programme|robot|llm|grand modèle) ~8 (par|de|chez|d'|appelé|appelée|nommé|nommée|basé|basée|sur|signé) ~4 ({who})",
                "(j'ai été|je suis|j'étais|ai été|je fus) ~3 (créé|créée|développé|développée|entraîné|entraînée|conçu|conçue|programmé|programmée|formé|formée|fabriqué|mis au point|mise au point|construit|élaboré|entrainé) ~4 (par|chez|grâce à|au sein) ~6 ({who})",
                "({who}) ~6 (m'a|m'ont) ~2 (créé|créée|développé|développée|entraîné|entraînée|conçu|conçue|programmé|formé|formée|construit|mis au point)",
                "(mes|mon) (créateurs|créateur|développeurs|développeur|concepteurs|concepteur|ingénieurs|maison mère|éditeur) ~5 ({who})",
                "(je fonctionne|je tourne|je repose|je m'appuie|je suis basé|je suis basée) ~4 (sur|grâce à|avec) ~6 ({who})",
                "({who}) (est|sont) ~3 (mon|mes) (créateur|créateurs|développeur|développeurs|concepteur|concepteurs)",
                "en tant que (@product|@ambiguous) , ~3 (je|j'|mon|ma)",
                "(@product|@ambiguous) , (à votre service|pour vous servir|c'est moi)",
                "(mon modèle|mon architecture|mon moteur) ~6 ({who})",
            ]
        ),
        (
            "de",
            [
                "(ich bin|ich heiße|mein name ist|hier ist|hier spricht) [eigentlich|nur|ja|also|der|das|ein|eine|einfach|tatsächlich|übrigens|der chatbot|der assistent|in wirklichkeit] (@product|@ambiguous) !(nutzer|experte|fan)",
                "(ich bin|als|bin ich) ~8 (sprachmodell|ki|assistent|chatbot|modell|sprachassistent|intelligenz|ki modell|ki assistent|programm|ki sprachmodell|ki system) ~8 (von|bei|namens|aus|der|des|auf basis) ~5 ({who})",
                "(ich wurde|ich bin|wurde ich|bin ich|mich hat|mich haben) ~10 ({who}) ~6 (entwickelt|trainiert|erschaffen|geschaffen|programmiert|gebaut|erstellt|trainierte|entworfen|hergestellt|konzipiert)",
                "(ich wurde|wurde ich) ~4 (entwickelt|trainiert|erschaffen|programmiert|gebaut|erstellt) ~4 (von|bei|durch) ~4 ({who})",
                "(mich|mir) ~6 ({who}) ~5 (entwickelt|trainiert|erschaffen|programmiert|gebaut|beigebracht|geschaffen)",
                "({who}) ~3 (hat|haben) mich ~4 (entwickelt|trainiert|erschaffen|programmiert|gebaut|geschaffen|so)",
                "(meine|mein|meiner|meinen) (entwickler|schöpfer|macher|hersteller|entwicklern|betreiber|anbieter|erfinder|mutterkonzern) ~6 ({who})",
                "({who}) (ist|sind) ~3 (mein|meine) (entwickler|schöpfer|hersteller)",
                "(ich basiere|ich laufe|ich beruhe|basiere ich|ich arbeite) ~4 auf ~6 ({who})",
                "(von|bei) ({who}) ~2 (entwickeltes|trainiertes|entwickelter|trainierte|entwickelte|entwickelten|trainierten|erstelltes) ~5 (sprachmodell|ki|assistent|chatbot|modell) ~8 (ich|mir|mich|meine)",
                "(ich|bin) ~10 (von|bei) ({who}) ~2 (entwickeltes|trainiertes|entwickelter|trainierte|entwickelte|erstelltes) ~5 (sprachmodell|ki|assistent|chatbot|modell)",
                "als (@product|@ambiguous) ~4 (ich|mir|mich)",
            ]
        ),
        (
            "es",
            [
                "(soy|me llamo|mi nombre es|aquí|te habla|hablas con|estás hablando con) [en realidad|simplemente|solo|el|la|un|una|de hecho|el asistente|el chatbot] (@product|@ambiguous)",
                "(soy|como|al ser|siendo) ~8 (modelo|asistente|ia|inteligencia|chatbot|programa|bot|sistema) ~8 (por|de|llamado|llamada|basado|basada|en|desde) ~5 ({who})",
                "(fui|he sido|me|estoy|soy) ~4 (creado|creada|desarrollado|desarrollada|entrenado|entrenada|diseñado|diseñada|programado|programada|construido|hecho) ~5 (por|en|gracias a) ~6 ({who})",
                "({who}) ~4 me (creó|desarrolló|entrenó|diseñó|programó|hizo|construyó|ha creado|ha entrenado|ha desarrollado|crearon|entrenaron|desarrollaron)",
                "me (creó|desarrolló|entrenó|diseñó|programó|hizo|crearon|entrenaron|desarrollaron|programaron|diseñaron|construyeron|construyó) ~7 ({who})",
                "(mis|mi) (creadores|creador|desarrolladores|desarrollador|programadores|ingenieros|empresa matriz) ~5 ({who})",
                "(funciono|me baso|estoy basado|estoy basada|corro|opero) ~5 ({who})",
                "({who}) (es|son) ~3 (mi|mis) (creador|creadores|desarrollador|desarrolladores)",
                "como (@product|@ambiguous) , ~4 (no|mi|puedo|tengo|soy|me|debo|estoy)",
            ]
        ),
        (
            "it",
            [
                "(sono|mi chiamo|il mio nome è|qui|stai parlando con) [in realtà|semplicemente|solo|il|la|un|una|proprio|l'assistente|infatti] (@product|@ambiguous)",
                "(sono|come|in quanto|essendo) ~8 (modello|assistente|ia|intelligenza|chatbot|programma|bot|sistema|ai) ~8 (da|di|dal|dalla|chiamato|basato|basata|su|dai|dagli|in) ~5 ({who})",
                "(sono|sono stato|sono stata|ero|stato|stata) ~4 (creato|creata|sviluppato|sviluppata|addestrato|addestrata|progettato|progettata|programmato|programmata|costruito|realizzato|allenato) ~5 (da|dal|dalla|presso|dai|dagli|in|di|grazie) ~6 ({who})",
                "({who}) ~4 mi (ha|hanno) ~2 (creato|sviluppato|addestrato|progettato|programmato|costruito|creata|sviluppata|addestrata)",
                "mi (ha|hanno) ~3 (creato|sviluppato|addestrato|progettato|programmato|creata|sviluppata|addestrata) ~6 ({who})",
                "(i miei|il mio|miei|mio) (creatori|creatore|sviluppatori|sviluppatore|programmatori|ideatori) ~5 ({who})",
                "(mi baso|funziono|giro|sono basato|sono basata) ~5 ({who})",
                "({who}) (è|sono) ~3 (il mio|i miei|la mia) (creatore|creatori|sviluppatore|sviluppatori)",
                "(come|in quanto) (@product|@ambiguous) , ~5 (non|mio|posso|sono|mi|ho|devo)",
            ]
        ),
        (
            "pt",
            [
                "(sou|eu sou|me chamo|meu nome é|chamo me|aqui é|você está falando com|estás a falar com) [na verdade|apenas|só|o|a|um|uma|sim|mesmo|o assistente|de facto] (@product|@ambiguous)",
                "(sou|como|por ser|sendo) ~8 (modelo|assistente|ia|inteligência|chatbot|programa|bot|sistema) ~8 (por|pela|pelo|da|do|chamado|chamada|baseado|baseada|em|de|no|na) ~5 ({who})",
                "(fui|sou|fomos|estou) ~4 (criado|criada|desenvolvido|desenvolvida|treinado|treinada|projetado|projetada|programado|programada|construído|feito|concebido) ~5 (por|pela|pelo|pelos|na|no|em|graças) ~6 ({who})",
                "({who}) ~4 me (criou|desenvolveu|treinou|projetou|programou|fez|construiu|criaram|treinaram|desenvolveram)",
                "(quem me|me) (criou|desenvolveu|treinou|projetou|programou|fez|criaram|treinaram|desenvolveram) ~7 ({who})",
                "(meus|meu|os meus) (criadores|criador|desenvolvedores|desenvolvedor|programadores|engenheiros|programador) ~5 ({who})",
                "(funciono|me baseio|baseio me|sou baseado|rodo|opero) ~5 ({who})",
                "({who}) (é|são) ~3 (meu|minha|meus|a minha|o meu) (criador|criadora|criadores|desenvolvedor|desenvolvedora|desenvolvedores)",
                "como (@product|@ambiguous) , ~5 (não|meu|posso|sou|me|tenho|devo|eu)",
            ]
        ),
        (
            "nl",
            [
                "(ik ben|ik heet|mijn naam is|hier is|je praat met|u spreekt met) [eigenlijk|gewoon|de|het|een|slechts|inderdaad|in feite|de chatbot|de assistent] (@product|@ambiguous)",
                "(ik ben|als|ben ik) ~8 (taalmodel|ai|assistent|chatbot|model|ai assistent|ai taalmodel|programma|ai model|systeem|intelligentie) ~8 (door|van|bij|genaamd|gebaseerd|op|uit) ~5 ({who})",
                "(ik ben|ik werd|ben ik|werd ik) ~8 (door|bij|van) ~5 ({who}) ~5 (gemaakt|ontwikkeld|getraind|ontworpen|geprogrammeerd|gebouwd|opgeleid|gecreëerd)",
                "(ik ben|ik werd|ben ik) ~4 (gemaakt|ontwikkeld|getraind|ontworpen|geprogrammeerd|gebouwd|opgeleid|gecreëerd) ~4 (door|bij) ~5 ({who})",
                "({who}) (heeft|hebben) (mij|me) ~4 (gemaakt|ontwikkeld|getraind|ontworpen|geprogrammeerd|gebouwd|gecreëerd)",
                "(mijn) (makers|maker|ontwikkelaars|ontwikkelaar|bouwers|bedenkers|schepper|scheppers) ~6 ({who})",
                "({who}) (is|zijn) ~3 mijn (maker|makers|ontwikkelaar|ontwikkelaars)",
                "(ik draai|ik werk|ik ben gebaseerd|ik baseer) ~3 op ~6 ({who})",
                "als (@product|@ambiguous) ~3 (ik|mijn)",
            ]
        ),
        (
            "pl",
            [
                "(jestem|nazywam się|mam na imię|mówi|to ja|rozmawiasz z) [tak naprawdę|właściwie|po prostu|tylko|asystentem|modelem] (@product|@ambiguous)",
                "(jestem|jako|będąc) ~8 (model*|asystent*|ai|sztuczn*|chatbot*|program*|bot*|si) ~8 (przez|z|firmy|od|o nazwie|opart*|na) ~5 ({who})",
                "(zostałem|zostałam|zostałom|jestem|byłem) ~4 (stworzon*|opracowan*|wytrenowan*|zaprojektowan*|zaprogramowan*|zbudowan*|wyszkolon*|przeszkolon*|trenowan*) ~4 (przez|w|u) ~5 ({who})",
                "({who}) ~3 mnie ~2 (stworzył*|opracował*|wytrenował*|zaprojektował*|zaprogramował*|wyszkolił*)",
                "(stworzył*|opracował*|wytrenował*|zaprojektował*|zaprogramował*|wyszkolił*|trenował*) mnie ~6 ({who})",
                "mnie (stworzył*|opracował*|wytrenował*|zaprojektował*|zaprogramował*|wyszkolił*) ~6 ({who})",
                "(moi|mój|moim|moich|moją|moimi) (twórc*|deweloper*|programi*|autor*|inżynier*) ~6 ({who})",
                "(działam|bazuję|opieram się) ~5 ({who})",
                "({who}) (jest|są|to) ~3 (moim|moi|mój|moimi) (twórc*|producent*)",
            ]
        ),
        (
            "ru",
            [
                "(я|меня зовут|моё имя|это|вы говорите с|вы общаетесь с) [на самом деле|просто|всего лишь|действительно|и есть|ассистент|чат-бот|нейросеть|модель|виртуальный|языковая|бот] [ассистент|помощник|модель|чат-бот] (@product|@ambiguous)",
                "(я|являюсь|как|будучи) ~8 (модель|ассистент*|помощник*|нейросет*|ии|чат-бот*|бот*|интеллект*|программ*|моделью) ~8 (от|компани*|созданн*|разработанн*|обученн*|по имени|на основе|на базе|из) ~5 ({who})",
                "(меня|я) ~6 (создал*|разработал*|обучил*|обучен*|создан*|разработан*|натренировал*|сделал*|запрограммировал*|запрограммирован*|спроектирован*) ~6 ({who})",
                "({who}) ~4 (создал*|разработал*|обучил*|натренировал*|сделал*|запрограммировал*) меня",
                "меня ~6 ({who}) ~3 (создал*|разработал*|обучил*|сделал*)",
                "(мои|мой|моих|моими|моя) (создател*|разработчик*|автор*|компани*|инженер*) ~5 ({who})",
                "(я|меня) ~4 (работаю|основан*|построен*|базируюсь) ~2 (на|в) ~5 ({who})",
                "({who}) ~3 (мой|мои|моим) (создател*|разработчик*)",
            ]
        ),
        (
            "zh",
            [
                "我 (是|叫|就是|叫做|其实是|实际上是|不是) ~8 ({who})",
                "(我|作为) ~24 ({who}) ~6 (开发|训练|研发|创建|创造|推出|打造|设计|构建|提供|自主研发) ~8 (模型|助手|机器人|人工智能|AI|的|程序)",
                "(我|作为) ~6 (由|被|是由) ~6 ({who}) ~12 (开发|训练|研发|创建|创造|推出|打造|设计|构建|做出来)",
                "({who}) ~8 (开发了我|训练了我|创造了我|创建了我|研发了我|把我|设计了我|打造了我)",
                "我 的 (开发者|创造者|开发团队|研发团队|训练者|母公司|开发商|创建者|开发公司|制造商|东家) ~6 ({who})",
                "我 ~4 (基于|运行在|依托|采用|来自|背后是) ~12 ({who})",
                "作为 ~4 (@product|@ambiguous) ~4 我",
                "({who}) ~2 (是我的) (开发者|创造者|开发商|母公司)",
                "(我的名字|我名字|名叫|我叫) ~4 (@product|@ambiguous)",
            ]
        ),
        (
            "ja",
            [
                "(私|わたし|僕|ぼく|当方|こちら) (は|の名前は|も) ~26 ({who}) ~12 (です|と申します|といいます|である|でございます|という|だよ|だ|モデル|アシスタント|AI)",
                "({who}) ~14 (開発|訓練|作成|学習|設計|構築|提供|作っ|生み出|トレーニング|開発元) ~22 (モデル|アシスタント|AI|人工知能|チャットボット|私|わたし|ました|されました|存在|プログラム)",
                "(私|わたし|僕) ~6 ({who}) ~10 (開発|訓練|作成|学習|設計|構築|作られ|によって|トレーニング|ベース|基づ)",
                "私 の (開発者|開発元|作成者|生みの親|開発会社|製作者|開発チーム) ~6 ({who})",
                "({who}) ~4 として ~4 (私|わたし)",
                "({who}) (です|と申します|といいます) ~4 (何か|お手伝い|よろしく)",
            ]
        ),
        (
            "ko",
            [
                "(저는|나는|제 이름은|저희는|전|난|제가) ~22 ({who}) ~16 (입니다|이에요|예요|라고 합니다|이라고 합니다|라고 해요|모델|어시스턴트|비서|인공지능|AI|챗봇|개발|훈련|만든|만들어)",
                "({who}) ~8 (개발한|만든|훈련한|훈련시킨|학습시킨|개발된|만들어진|제작한|출시한|서비스하는|제공하는) ~14 (모델|어시스턴트|챗봇|인공지능|AI|비서|저|언어)",
                "(저를|나를|저의|제) ~4 (개발한|만든|훈련한|개발자|제작사|개발사|개발팀|창조자|개발) ~10 ({who})",
                "({who}) ~8 (저를|나를) ~4 (개발|만들|훈련|학습|설계)",
                "(저는|나는|제가|저) ~14 ({who}) ~8 (에서|에 의해|기반|의해|로서)",
            ]
        ),
        (
            "ar",
            [
                "(أنا|اسمي|انا|معك|أُدعى|أدعى) ~3 (@product|@ambiguous)",
                "(أنا|انا|بصفتي|كوني|باعتباري|كنموذج|كمساعد) ~9 (نموذج|مساعد|روبوت|ذكاء|برنامج|شات|مساعدة|لغوي) ~9 (من|طورته|طورتني|شركة|قبل|تطوير|اسمه|يدعى|لدى|تدريب|طوره|دربته|على) ~5 ({who})",
                "(تم|جرى|لقد) ~3 (تطويري|تدريبي|إنشائي|تصميمي|برمجتي|صنعي|بنائي|ابتكاري) ~6 ({who})",
                "(طورتني|طورني|دربتني|دربني|صنعتني|أنشأتني|صممتني|برمجتني|ابتكرتني|صنعني|أنشأني|درّبتني|طوّرتني) ~6 ({who})",
                "({who}) ~6 (طورتني|طورني|دربتني|دربني|صنعتني|أنشأتني|صممتني|برمجتني|ابتكرتني|درّبتني|طوّرتني)",
                "(مطوري|مطوريّ|مطورو|صانعي|الشركة التي طورتني|المطورون|مبتكري) ~6 ({who})",
                "(أعمل|أعتمد|مبني|أستند) ~5 ({who})",
            ]
        ),
    ]
}
